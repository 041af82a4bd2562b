package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"synapse/catalog/sqlerr"
)

// maxBodyBytes bounds what is read of an endpoint's answer.
const maxBodyBytes = 64 << 20

// errRetry marks failures that another try may cure.
var errRetry = errors.New("temporary failure")

// endpoint is one HTTP service that takes and gives JSON. Safe for concurrent use.
type endpoint struct {
	what    string // in errors: "embedding"
	url     string
	apiKey  string
	client  *http.Client // nil: http.DefaultClient
	timeout time.Duration
}

// post sends a body and returns what came, whatever the status. Errors are 58000,
// those that another try may cure wrap errRetry.
func (e *endpoint) post(ctx context.Context, body any) (status int, raw []byte, err error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return 0, nil, sqlerr.Internal("encoding a request for the %s endpoint: %v", e.what, err)
	}
	ctx, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url, bytes.NewReader(encoded))
	if err != nil {
		return 0, nil, e.failed("%v", err)
	}
	req.Header.Set("Content-Type", "application/json")
	if e.apiKey != "" {
		req.Header.Set("Authorization", "Bearer "+e.apiKey)
	}
	client := e.client
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, e.unanswered(err)
	}
	defer resp.Body.Close()
	raw, err = io.ReadAll(io.LimitReader(resp.Body, maxBodyBytes+1))
	if err != nil {
		return 0, nil, e.unanswered(err)
	}
	if len(raw) > maxBodyBytes {
		return 0, nil, e.failed("its answer is longer than %d bytes", maxBodyBytes)
	}
	return resp.StatusCode, raw, nil
}

func (e *endpoint) unanswered(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return e.failed("no answer within %s", e.timeout).Wrap(errRetry)
	}
	return e.failed("%v", err).Wrap(errRetry)
}

// refused is the error of a status other than 200, with the service's own words where it gives some.
func (e *endpoint) refused(status int, message string) error {
	if message == "" {
		message = http.StatusText(status)
	}
	err := e.failed("HTTP %d: %s", status, message)
	if status == http.StatusTooManyRequests || status >= http.StatusInternalServerError {
		err = err.Wrap(errRetry)
	}
	return err
}

func (e *endpoint) failed(format string, args ...any) *sqlerr.Error {
	return sqlerr.New(sqlerr.SystemError, "the %s endpoint failed: %s", e.what, fmt.Sprintf(format, args...))
}
