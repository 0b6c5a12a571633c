package test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// ask reads a page of a node as a program does.
func (s *served) ask(path string, header ...string) (int, string) {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodGet, s.site+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer.StatusCode, string(b)
}

func TestMetricsAreReadFromThisMachineAndNotThroughAProxy(t *testing.T) {
	s := serve(t, "")
	for _, path := range []string{"/health/live", "/health/ready", "/cases", "/no/such/page"} {
		s.ask(path)
	}
	// A node that has just started acts by itself for a moment.
	var code int
	var text string
	for until := time.Now().Add(40 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if code, text = s.ask("/metrics"); code != http.StatusOK {
			t.Fatalf("/metrics: %d %s", code, text)
		}
		if strings.Contains(text, "corridor_acts_waiting 0") || time.Now().After(until) {
			break
		}
	}
	for _, want := range []string{
		`corridor_http_request_seconds_count{method="GET",route="GET /health/ready",status="200"}`,
		`corridor_http_request_seconds_count{method="GET",route="none",status="404"}`,
		"corridor_acts_total ", "corridor_act_batches_total ", "corridor_statements_total ", "corridor_acts_waiting 0", "corridor_lease_held 1", "corridor_lease_fence ",
		"corridor_log_size ", "corridor_log_unsequenced ", "corridor_audit_age_seconds -1", "corridor_calendar_last_year ",
		"corridor_scrape_failed 0", "corridor_build_info{", "go_goroutines ", "process_resident_memory_bytes ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the metrics have no %s", want)
		}
	}
	if code, _ := s.ask("/metrics", "X-Forwarded-For", "192.0.2.1"); code != http.StatusNotFound {
		t.Errorf("through a proxy: %d, want 404", code)
	}

	other := serve(t, "metrics: {allow: [192.0.2.0/24]}\n")
	if code, _ := other.ask("/metrics"); code != http.StatusNotFound {
		t.Errorf("from an address that is not named: %d, want 404", code)
	}
}
