package main

import (
	"context"
	"log/slog"
	"os"
	"strings"

	"synapse/exec/remote"
	"synapse/wire/session"
)

// core is an open engine.
type core struct{ engine *session.Engine }

// openCore opens the data directory and everything above it.
func openCore(ctx context.Context, c *config, log *slog.Logger, onFatal func(error)) (*core, error) {
	embedder, err := newEmbedder(c)
	if err != nil {
		return nil, err
	}
	e, err := session.OpenEngine(ctx, session.Config{
		Dir: c.data, Durability: c.durability, Embedder: embedder, Log: log, OnFatal: onFatal, MemoryBytes: c.memoryBytes,
	})
	if err != nil {
		return nil, err
	}
	return &core{engine: e}, nil
}

func (c *core) close() error { return c.engine.Close() }

// newEmbedder makes the configured embedder: the built-in one unless an endpoint is given.
func newEmbedder(c *config) (session.Embedder, error) {
	if c.embedURL == "" {
		return remote.Builtin{}, nil
	}
	o := &remote.OpenAI{URL: c.embedURL, Name: c.embedModel, Dims: c.embedDims}
	if c.embedKey != "" {
		key, err := os.ReadFile(c.embedKey)
		if err != nil {
			return nil, err
		}
		o.APIKey = strings.TrimSpace(string(key))
	}
	return o, nil
}
