//go:build profile

package main

import (
	"log/slog"
	"net/http"
	_ "net/http/pprof" // registers with the default mux, which nothing else serves
	"os"
	"time"
)

// A program that was built with -tags profile shows its profiles at the address of CORRIDOR_PROFILE, to whoever can reach it. It is
// never in a release.
func init() {
	at := os.Getenv("CORRIDOR_PROFILE")
	if at == "" {
		return
	}
	go func() {
		server := http.Server{Addr: at, ReadHeaderTimeout: 5 * time.Second}
		slog.Error("profiles are shown no more", "error", server.ListenAndServe())
	}()
}
