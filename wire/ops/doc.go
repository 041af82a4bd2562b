// Package ops is the HTTP side for operators: /healthz (the process lives),
// /readyz (it takes queries), /metrics (Prometheus).
package ops
