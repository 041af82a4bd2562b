package bench

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// clockTick is the unit of /proc/PID/stat's times; Linux has shown user space 100 per second
// on every architecture Go runs on.
const clockTick = 10 * time.Millisecond

// server is a process of this machine and its children.
type server struct{ pid int }

// findServer returns the process that listens where c is connected to, nil when it is not on
// this machine or /proc does not tell.
func findServer(c *pgconn.PgConn) *server {
	addr, ok := c.Conn().RemoteAddr().(*net.TCPAddr)
	if !ok || !addr.IP.IsLoopback() {
		return nil
	}
	inodes := listeners(addr.Port)
	if len(inodes) == 0 {
		return nil
	}
	pids, _ := filepath.Glob("/proc/[0-9]*")
	best := 0
	for _, dir := range pids {
		pid, _ := strconv.Atoi(filepath.Base(dir))
		if (best == 0 || pid < best) && holds(dir, inodes) {
			best = pid // a postmaster is older than its children
		}
	}
	if best == 0 {
		return nil
	}
	return &server{pid: best}
}

// listeners are the inodes of the sockets that listen on a port.
func listeners(port int) map[string]bool {
	found := map[string]bool{}
	for _, file := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		f, err := os.Open(file)
		if err != nil {
			continue
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			fields := strings.Fields(lines.Text())
			const listening = "0A"
			if len(fields) < 10 || fields[3] != listening {
				continue
			}
			_, hexPort, _ := strings.Cut(fields[1], ":")
			raw, err := hex.DecodeString(hexPort)
			if err == nil && len(raw) == 2 && int(raw[0])<<8|int(raw[1]) == port {
				found["socket:["+fields[9]+"]"] = true
			}
		}
		_ = f.Close()
	}
	return found
}

func holds(proc string, inodes map[string]bool) bool {
	fds, _ := filepath.Glob(proc + "/fd/*")
	for _, fd := range fds {
		if target, err := os.Readlink(fd); err == nil && inodes[target] {
			return true
		}
	}
	return false
}

// cpu is the processor time that the server and its children, ended ones included, have used.
func (s *server) cpu() time.Duration {
	if s == nil {
		return 0
	}
	ticks := 0
	for _, pid := range s.family() {
		fields := statOf(pid)
		if fields == nil {
			continue
		}
		last := 13 // utime, stime
		if pid == s.pid {
			last = 15 // and those of children waited for
		}
		for _, f := range fields[11:last] {
			n, _ := strconv.Atoi(f)
			ticks += n
		}
	}
	return time.Duration(ticks) * clockTick
}

// memory is the server's share of the machine's memory in bytes (proportional set size: pages
// that its processes share count once).
func (s *server) memory() int64 {
	if s == nil {
		return 0
	}
	var sum int64
	for _, pid := range s.family() {
		raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if err != nil {
			continue
		}
		for line := range strings.SplitSeq(string(raw), "\n") {
			if rest, ok := strings.CutPrefix(line, "Pss:"); ok {
				kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
				sum += kb << 10
			}
		}
	}
	return sum
}

// family is the server and its living children.
func (s *server) family() []int {
	list := []int{s.pid}
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", s.pid))
	for _, file := range tasks {
		raw, _ := os.ReadFile(file)
		for f := range strings.FieldsSeq(string(raw)) {
			if pid, err := strconv.Atoi(f); err == nil {
				list = append(list, pid)
			}
		}
	}
	return list
}

// statOf returns the fields of /proc/PID/stat behind the name: state is the first.
func statOf(pid int) []string {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	_, rest, ok := strings.Cut(string(raw), ") ")
	fields := strings.Fields(rest)
	if !ok || len(fields) < 15 {
		return nil
	}
	return fields
}
