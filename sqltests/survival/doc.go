// Package survival tests the real binary where the process or the disk gives
// way: kill -9 under writers, SIGTERM, a full disk, a second server, and the
// start-up's refusals.
package survival
