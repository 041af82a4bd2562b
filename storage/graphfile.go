package storage

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"path"

	"synapse/catalog/types"
	"synapse/storage/commitlog"
	"synapse/storage/vfs"
)

// A graph file holds what vecindex.SaveGraphs wrote of one index. It is derived: whatever does
// not fit or is damaged is removed and built again. All numbers are little endian, CRCs CRC32C.
//
//	0   8   "SYNGRAPH"
//	8   4   format, 1
//	12  4   index OID
//	16  16  database id
//	32  8   LSN: no vector in the file was committed behind it, and the log is on disk up to it
//	40  8   bytes of the payload
//	48  4   CRC of the payload
//	52  8   0
//	60  4   CRC of bytes 0–59
//	64      payload
//
// The header is written last, so that a file which was not finished has none.
const (
	graphMagic       = "SYNGRAPH"
	graphFormat      = 1
	graphHeaderBytes = 64
	graphBufferBytes = 1 << 20
)

// errGraphFile says that a graph file is damaged or belongs to something else.
var errGraphFile = errors.New("storage: graph file is unusable")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// graphFiles is the folder of graph files.
type graphFiles struct {
	fs  vfs.FS
	dir string
	db  commitlog.DatabaseID
}

func graphName(index types.OID) string { return fmt.Sprintf("%d.graph", index) }

func (g *graphFiles) header(index types.OID, lsn commitlog.LSN, size int64, sum uint32) []byte {
	h := append(make([]byte, 0, graphHeaderBytes), graphMagic...)
	h = binary.LittleEndian.AppendUint32(h, graphFormat)
	h = binary.LittleEndian.AppendUint32(h, uint32(index))
	h = append(h, g.db[:]...)
	h = binary.LittleEndian.AppendUint64(h, uint64(lsn))
	h = binary.LittleEndian.AppendUint64(h, uint64(size))
	h = binary.LittleEndian.AppendUint32(h, sum)
	h = append(h, make([]byte, 8)...)
	return binary.LittleEndian.AppendUint32(h, crc32.Checksum(h, castagnoli))
}

// write makes the file of an index; the one before stays until the new one is whole on disk.
// payload writes the contents; lsn is asked for after it and makes the log durable up to there.
func (g *graphFiles) write(index types.OID, payload func(io.Writer) error, lsn func() (commitlog.LSN, error)) (err error) {
	if err := g.fs.MkdirAll(g.dir); err != nil {
		return err
	}
	name := path.Join(g.dir, graphName(index))
	temp := name + ".tmp"
	if err := g.remove(temp); err != nil {
		return err
	}
	f, err := g.fs.Create(temp)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), g.remove(temp))
		}
	}()
	w := bufio.NewWriterSize(f, graphBufferBytes)
	if _, err := w.Write(make([]byte, graphHeaderBytes)); err != nil {
		return err
	}
	sum := &sizedSum{to: w}
	if err := payload(sum); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	at, err := lsn()
	if err != nil {
		return err
	}
	if _, err := f.WriteAt(g.header(index, at, sum.size, sum.crc), 0); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return errors.Join(err, g.remove(temp))
	}
	if err := g.fs.Rename(temp, name); err != nil {
		return err
	}
	return g.fs.SyncDir(g.dir)
}

// read verifies the whole file of an index, then hands its payload to load. Errors:
// fs.ErrNotExist, errGraphFile; newest is the newest record of the log.
func (g *graphFiles) read(index types.OID, newest commitlog.LSN, load func(io.Reader) error) error {
	f, err := g.fs.OpenReadOnly(path.Join(g.dir, graphName(index)))
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	size, err := f.Size()
	if err != nil {
		return err
	}
	h := make([]byte, graphHeaderBytes)
	if _, err := f.ReadAt(h, 0); err != nil {
		return fmt.Errorf("%w: header: %w", errGraphFile, err)
	}
	lsn := commitlog.LSN(binary.LittleEndian.Uint64(h[32:]))
	bytes := int64(binary.LittleEndian.Uint64(h[40:]))
	sum := binary.LittleEndian.Uint32(h[48:])
	switch {
	case string(h) != string(g.header(index, lsn, bytes, sum)):
		return fmt.Errorf("%w: header of another format, database or index, or damaged", errGraphFile)
	case size != graphHeaderBytes+bytes:
		return fmt.Errorf("%w: %d bytes, want %d", errGraphFile, size, graphHeaderBytes+bytes)
	case lsn > newest:
		return fmt.Errorf("%w: saved at LSN %d, the log ends at %d", errGraphFile, lsn, newest)
	}
	got := &sizedSum{to: io.Discard}
	if _, err := io.CopyBuffer(got, io.NewSectionReader(f, graphHeaderBytes, bytes), make([]byte, graphBufferBytes)); err != nil {
		return fmt.Errorf("%w: %w", errGraphFile, err)
	}
	if got.crc != sum {
		return fmt.Errorf("%w: checksum", errGraphFile)
	}
	return load(bufio.NewReaderSize(io.NewSectionReader(f, graphHeaderBytes, bytes), graphBufferBytes))
}

// sizedSum counts and sums what passes through it.
type sizedSum struct {
	to   io.Writer
	size int64
	crc  uint32
}

func (s *sizedSum) Write(b []byte) (int, error) {
	n, err := s.to.Write(b)
	s.size += int64(n)
	s.crc = crc32.Update(s.crc, castagnoli, b[:n])
	return n, err
}
