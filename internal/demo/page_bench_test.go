package demo

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"syscall"
	"testing"
	"time"
)

// BenchmarkPages asks one node for the pages and operations that test/load mixes, inside this process and without a network: what an
// answer costs in processor time (cpu-ns/op, which other work on the machine hardly touches), in bytes allocated, and how large it is.
// The world is a small one, or that in the folder CORRIDOR_BENCH_DIR, which nobody may be serving.
func BenchmarkPages(b *testing.B) {
	dir := os.Getenv("CORRIDOR_BENCH_DIR")
	if dir == "" {
		dir = b.TempDir()
	}
	w, err := Start(b.Context(), Config{Dir: dir, BasePort: freeBase(b), Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = w.Close() }()
	n := w.Node(Anhui)
	ask := func(token, method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, bytes.NewReader([]byte(body)))
		r.Header.Set("Accept-Language", "zh")
		r.Header.Set("Accept-Encoding", "gzip")
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		if body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		a := httptest.NewRecorder()
		n.Web.ServeHTTP(a, r)
		return a
	}
	tokens := map[string]string{}
	for _, who := range []string{"firm", "review", "admin", "lab", "desk", "finance", "release"} {
		a := ask("", http.MethodPost, "/api/v1/sign-in", `{"email":"`+who+`@anhui.example","password":"`+Password+`"}`)
		var got struct {
			Token string `json:"token"`
		}
		if err := json.Unmarshal(a.Body.Bytes(), &got); err != nil || got.Token == "" {
			b.Fatalf("%s cannot sign in: %d %s", who, a.Code, a.Body)
		}
		tokens[who] = got.Token
	}
	for _, x := range []struct{ who, method, path, body string }{
		{"firm", "GET", "/", ""}, {"review", "GET", "/", ""}, {"lab", "GET", "/", ""}, {"desk", "GET", "/", ""}, {"finance", "GET", "/", ""}, {"release", "GET", "/", ""}, {"firm", "GET", "/cases", ""}, {"review", "GET", "/cases", ""}, {"review", "GET", "/queue", ""},
		{"firm", "GET", "/notices", ""}, {"firm", "GET", "/search?q=电镜", ""}, {"firm", "GET", "/search?q=质谱&kind=instrument", ""},
		{"firm", "GET", "/figures", ""}, {"firm", "GET", "/account", ""}, {"firm", "GET", "/public-notices", ""}, {"admin", "GET", "/registry", ""}, {"firm", "GET", "/schemes", ""},
		{"firm", "GET", "/api/v1/cases", ""}, {"firm", "GET", "/api/v1/search?q=electron", ""}, {"firm", "GET", "/api/v1/notices", ""},
		{"firm", "GET", "/log/checkpoint", ""}, {"firm", "PUT", "/api/v1/account/wish", `{"mail":true,"lang":"zh"}`},
	} {
		b.Run(x.who+" "+x.method+" "+x.path, func(b *testing.B) {
			a := ask(tokens[x.who], x.method, x.path, x.body) // the first answer makes what is kept
			if a.Code >= 300 {
				b.Fatalf("%d %s", a.Code, a.Body)
			}
			b.ReportAllocs()
			before := processor(b)
			for b.Loop() {
				ask(tokens[x.who], x.method, x.path, x.body)
			}
			b.ReportMetric(float64(processor(b)-before)/float64(b.N), "cpu-ns/op")
			b.ReportMetric(float64(a.Body.Len()), "sent-B/op")
		})
	}
}

// processor is the time that this process has had of any processor.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
