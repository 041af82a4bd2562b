package main

import (
	"context"
	"log/slog"
	"os"
	"strings"

	"synapse/exec/remote"
	"synapse/exec/static"
	"synapse/wire/session"
)

// core is an open engine.
type core struct{ engine *session.Engine }

// openCore opens the data directory and everything above it.
func openCore(ctx context.Context, c *config, log *slog.Logger, tracing *session.Tracing, onFatal func(error)) (*core, error) {
	embedder, err := newEmbedder(c)
	if err != nil {
		return nil, err
	}
	o := session.Config{
		Dir: c.data, Durability: c.durability, Embedder: embedder, Tracing: tracing, Log: log, OnFatal: onFatal, MemoryBytes: c.memoryBytes,
	}
	if c.rerank.url != "" {
		if o.Reranker, err = newReranker(&c.rerank); err != nil {
			return nil, err
		}
	}
	e, err := session.OpenEngine(ctx, o)
	if err != nil {
		return nil, err
	}
	return &core{engine: e}, nil
}

func (c *core) close() error { return c.engine.Close() }

// newEmbedder makes the configured embedder: the built-in one unless an endpoint is given.
func newEmbedder(c *config) (session.Embedder, error) {
	switch {
	case c.embedFile != "":
		return static.Open(c.embedFile)
	case c.embedURL == "":
		return remote.Builtin{}, nil
	}
	o := &remote.OpenAI{URL: c.embedURL, Name: c.embedModel, Dims: c.embedDims, Timeout: c.embedWait}
	var err error
	o.APIKey, err = readKey(c.embedKey)
	return o, err
}

// newReranker makes the configured reranker.
func newReranker(c *rerankConfig) (*remote.Reranker, error) {
	key, err := readKey(c.keyFile)
	if err != nil {
		return nil, err
	}
	r := &remote.Reranker{URL: c.url, Style: remote.RerankStyle(c.style), Name: c.model, APIKey: key, Timeout: c.timeout}
	return r, r.Check()
}

// readKey reads an API key's file; no file, no key.
func readKey(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	key, err := os.ReadFile(file)
	return strings.TrimSpace(string(key)), err
}
