package lineage

import (
	"errors"
	"maps"
	"math"
	"os"
	"path/filepath"
)

// Check verifies the segments of a data directory: checksums, records, and the
// hash chains within and across segments. It returns how many records it read and
// what is wrong, one line each.
func Check(dir string) (records int, problems []string, err error) {
	dir = filepath.Join(dir, "lineage")
	list, err := segments(dir)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil, nil
	}
	if err != nil {
		return 0, nil, err
	}
	var chain chains // at the end of the segment before
	v := vouched{tombstones: map[tombstone]bool{}}
	for i, n := range list {
		name := segmentName(dir, n)
		texts := dictionaries{}
		first, last, end, err := readRedacted(name, math.MaxInt64, func(t tombstone) {
			t.segment = n
			v.redacted = append(v.redacted, t)
		}, func(shard uint16, frame []byte) error {
			return walk(frame, texts.of(shard), func(it item) error {
				if it.record != nil {
					records++
				} else if it.tombstone != nil {
					v.tombstones[*it.tombstone] = true
				}
				return nil
			})
		})
		switch {
		case errors.Is(err, errTorn) && i == len(list)-1:
			// A crash: the next start drops the unfinished frame.
		case errors.Is(err, errTorn):
			problems = append(problems, corrupt(name, end, "the segment ends in the middle of a frame").Error())
		case err != nil:
			problems = append(problems, err.Error())
		}
		if i > 0 && list[i-1] != n-1 {
			problems = append(problems, "lineage segment "+filepath.Base(segmentName(dir, list[i-1]+1))+" is missing")
		} else if i > 0 && !maps.Equal(first, chain) && end > 0 {
			problems = append(problems, corrupt(name, 0, "it does not continue the segment before it").Error())
		}
		chain = last
	}
	return records, append(problems, v.problems(dir)...), nil
}
