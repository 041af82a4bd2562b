package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"synapse/exec/remote"
)

// config is what serve runs with: flags, else SYNAPSE_* variables, else defaults.
type config struct {
	listen      string
	http        string
	data        string
	durability  string
	logFormat   string
	embedURL    string
	embedModel  string
	embedKey    string
	embedDims   int
	embedFile   string
	embedWait   time.Duration
	rerank      rerankConfig
	memory      string
	memoryBytes int64
	pprof       bool
}

// rerankConfig is the reranking endpoint; url "" = none.
type rerankConfig struct {
	url, style, model, keyFile string
	timeout                    time.Duration
}

// envName of a flag: --embed-url is SYNAPSE_EMBED_URL.
func envName(flag string) string {
	return "SYNAPSE_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// parseServe reads flags and environment; the error is ready to print.
func parseServe(args []string, stderr io.Writer) (*config, error) {
	c := &config{}
	f := pflag.NewFlagSet("synapse serve", pflag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&c.listen, "listen", "127.0.0.1:5433", "`HOST:PORT` for SQL")
	f.StringVar(&c.http, "http", "127.0.0.1:8433", "`HOST:PORT` for /healthz, /readyz and /metrics; empty = none")
	f.StringVar(&c.data, "data", "./data", "data `DIR`ectory")
	f.StringVar(&c.durability, "durability", "durable", "durable: a commit waits for the disk; relaxed: it does not")
	f.StringVar(&c.memory, "memory", "70%", "memory `SIZE` of the whole server: bytes, 8GB, or a percentage of the machine's; 0 = no bound")
	f.StringVar(&c.logFormat, "log-format", "text", "text or json")
	f.StringVar(&c.embedURL, "embed-url", "", "OpenAI-compatible embeddings endpoint; empty = the built-in embedder")
	f.StringVar(&c.embedModel, "embed-model", "", "model name sent to the endpoint")
	f.IntVar(&c.embedDims, "embed-dims", 0, "dimensions of the endpoint's vectors")
	f.DurationVar(&c.embedWait, "embed-timeout", remote.EmbedTimeout, "how long one request to the endpoint may take")
	f.StringVar(&c.embedFile, "embed-file", "", "`DIR` of a static word-embedding model (model.safetensors, tokenizer.json), instead of an endpoint")
	f.StringVar(&c.embedKey, "embed-key-file", "", "file with the endpoint's API key")
	f.BoolVar(&c.pprof, "pprof", false, "serve Go's profiles of the process at /debug/pprof/ of --http")
	f.StringVar(&c.rerank.url, "rerank-url", "", "reranking endpoint, asked by ranking profiles with a rerank_depth; empty = none")
	f.StringVar(&c.rerank.style, "rerank-style", "cohere", "whose API it speaks: cohere, jina or tei")
	f.StringVar(&c.rerank.model, "rerank-model", "", "model name sent to it")
	f.StringVar(&c.rerank.keyFile, "rerank-key-file", "", "file with its API key")
	f.DurationVar(&c.rerank.timeout, "rerank-timeout", remote.RerankTimeout, "how long a recall waits for it before its own order stands")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", f.Arg(0))
	}
	var bad error
	f.VisitAll(func(flag *pflag.Flag) {
		if v, ok := os.LookupEnv(envName(flag.Name)); ok && !flag.Changed {
			if err := flag.Value.Set(v); err != nil && bad == nil {
				bad = fmt.Errorf("%s: %w", envName(flag.Name), err)
			}
		}
	})
	if bad != nil {
		return nil, bad
	}
	return c, c.check()
}

func (c *config) check() (err error) {
	if c.memoryBytes, err = parseMemory(c.memory); err != nil {
		return err
	}
	if c.durability != "durable" && c.durability != "relaxed" {
		return fmt.Errorf("--durability must be durable or relaxed, not %q", c.durability)
	}
	if c.logFormat != "text" && c.logFormat != "json" {
		return fmt.Errorf("--log-format must be text or json, not %q", c.logFormat)
	}
	if c.embedURL != "" && (c.embedModel == "" || c.embedDims <= 0) {
		return errors.New("--embed-url needs --embed-model and --embed-dims")
	}
	if c.embedURL != "" && c.embedFile != "" {
		return errors.New("--embed-url and --embed-file exclude each other")
	}
	for name, addr := range map[string]string{"--listen": c.listen, "--http": c.http} {
		if name == "--http" && addr == "" {
			continue
		}
		if err := loopback(addr); err != nil {
			return fmt.Errorf("%s %s: %w", name, addr, err)
		}
	}
	return nil
}

// loopback refuses addresses that other machines reach: there is no authentication yet.
func loopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	if host == "localhost" {
		return nil
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsLoopback() {
		return nil
	}
	return errors.New("only loopback addresses are served until authentication exists")
}
