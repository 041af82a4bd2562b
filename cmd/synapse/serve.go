package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"synapse/wire"
	"synapse/wire/ops"
)

// drainTimeout is how long SIGTERM lets running statements finish.
const drainTimeout = 10 * time.Second

func serveCommand(args []string, stdout, stderr io.Writer) int {
	c, err := parseServe(args, stderr)
	if errors.Is(err, pflag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(stderr, "synapse serve:", err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := serve(ctx, c, stdout, newLogger(c.logFormat, stderr)); err != nil {
		fmt.Fprintln(stderr, "synapse serve:", err)
		return 1
	}
	return 0
}

func newLogger(format string, w io.Writer) *slog.Logger {
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, nil))
	}
	return slog.New(slog.NewTextHandler(w, nil))
}

// serve runs until ctx ends or the store fails for good.
func serve(ctx context.Context, c *config, stdout io.Writer, log *slog.Logger) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ln, err := net.Listen("tcp", c.listen)
	if err != nil {
		return err
	}
	defer ln.Close()
	registry := ops.NewRegistry()
	operators := ops.New(registry)
	if c.pprof {
		operators.Profile()
	}
	if c.http != "" {
		hln, err := net.Listen("tcp", c.http)
		if err != nil {
			return err
		}
		go func() {
			if err := operators.Serve(hln); err != nil {
				log.Error("HTTP ended", "error", err)
			}
		}()
		defer func() {
			ctx, done := context.WithTimeout(context.Background(), time.Second)
			defer done()
			operators.Shutdown(ctx)
		}()
	}
	telemetry, err := openTelemetry(ctx, registry)
	if err != nil {
		return err
	}
	defer func() {
		if err := telemetry.close(); err != nil {
			log.Warn("the last spans and metrics could not be sent", "error", err)
		}
	}()
	core, err := openCore(ctx, c, log, telemetry.tracing(), func(err error) { cancel(fmt.Errorf("the commit log failed: %w", err)) })
	if err != nil {
		return err
	}
	ops.Register(registry, core.engine)
	server := wire.NewServer(core.engine, log)
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	operators.SetReady(true)
	greet(stdout, c, ln.Addr())
	select {
	case err = <-served:
	case <-ctx.Done():
	}
	operators.SetReady(false)
	drain, done := context.WithTimeout(context.Background(), drainTimeout)
	defer done()
	server.Shutdown(drain)
	if closeErr := core.close(); err == nil {
		err = closeErr
	}
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

// greet prints where the server is and the line to paste.
func greet(w io.Writer, c *config, addr net.Addr) {
	host, port, _ := net.SplitHostPort(addr.String())
	fmt.Fprintf(w, "Synapse %s is ready. Data in %s, commits are %s.\n", version, c.data, c.durability)
	fmt.Fprintf(w, "  psql -h %s -p %s -U synapse synapse\n", host, port)
	if c.http != "" {
		fmt.Fprintf(w, "  http://%s/metrics\n", c.http)
	}
	if f, ok := w.(*os.File); ok {
		_ = f.Sync() // a pipe or a terminal has none
	}
}
