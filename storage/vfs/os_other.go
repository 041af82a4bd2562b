//go:build !linux

package vfs

func (f osFile) Sync() error { return f.File.Sync() }

func (f osFile) Allocate(sizeBytes int64) error { return f.writeZeros(sizeBytes) }
