// Package remote turns text into vectors: the built-in embedder, which is
// deterministic and needs neither network nor model, and HTTP endpoints that
// speak OpenAI's embeddings API. Calls to endpoints are batched, bounded in time
// and size, and checked before anything is believed.
package remote
