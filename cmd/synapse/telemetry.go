package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	bridge "go.opentelemetry.io/contrib/bridges/prometheus"
	"go.opentelemetry.io/contrib/exporters/autoexport"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"synapse/wire/session"
)

// telemetry sends spans and metrics where OpenTelemetry's standard variables say
// (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/).
type telemetry struct {
	spans   *sdktrace.TracerProvider
	metrics *metric.MeterProvider
}

// flushTimeout bounds how long the end of the server waits for a receiver.
const flushTimeout = 3 * time.Second

// wanted reports whether a signal ("TRACES", "METRICS") is to be exported: an exporter or an
// endpoint is named. Nothing is exported by default.
func wanted(signal string) bool {
	if strings.EqualFold(os.Getenv("OTEL_SDK_DISABLED"), "true") {
		return false
	}
	if exporter := os.Getenv("OTEL_" + signal + "_EXPORTER"); exporter != "" {
		return exporter != "none"
	}
	return os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || os.Getenv("OTEL_EXPORTER_OTLP_"+signal+"_ENDPOINT") != ""
}

// openTelemetry starts the exporters that are asked for; both may be none.
func openTelemetry(ctx context.Context, registry *prometheus.Registry) (*telemetry, error) {
	t := &telemetry{}
	if !wanted("TRACES") && !wanted("METRICS") {
		return t, nil
	}
	about, err := resource.New(ctx, resource.WithSchemaURL(""), resource.WithTelemetrySDK(), resource.WithHost(),
		resource.WithAttributes(attribute.String("service.name", "synapse"), attribute.String("service.version", version)), resource.WithFromEnv())
	if err != nil {
		return nil, err
	}
	if wanted("TRACES") {
		exporter, err := autoexport.NewSpanExporter(ctx)
		if err != nil {
			return nil, err
		}
		t.spans = sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))
	}
	if wanted("METRICS") {
		// What /metrics shows, pushed.
		autoexport.WithFallbackMetricProducer(func(context.Context) (metric.Producer, error) {
			return bridge.NewMetricProducer(bridge.WithGatherer(registry)), nil
		})
		reader, err := autoexport.NewMetricReader(ctx)
		if err != nil {
			return nil, err
		}
		t.metrics = metric.NewMeterProvider(metric.WithReader(reader), metric.WithResource(about))
	}
	return t, nil
}

// tracing is what the sessions need, nil when spans are not exported.
func (t *telemetry) tracing() *session.Tracing {
	if t.spans == nil {
		return nil
	}
	return &session.Tracing{
		Tracer:  t.spans.Tracer("synapse"),
		Content: strings.EqualFold(os.Getenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"), "true"),
	}
}

// close sends what is left.
func (t *telemetry) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), flushTimeout)
	defer cancel()
	var list []error
	if t.spans != nil {
		list = append(list, t.spans.Shutdown(ctx))
	}
	if t.metrics != nil {
		list = append(list, t.metrics.Shutdown(ctx))
	}
	return errors.Join(list...)
}
