package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/node"
	"corridor/internal/registry"
)

// A world of the size million, with few firms: it is cut off between two provinces and inside a file, goes on where it was, says how far
// it is, and in the end every firm is there once.
func TestAWorldOfManyFirmsGoesOnWhereItWasCutOff(t *testing.T) {
	const firms = 6000 // more than one act writes
	var lines []string
	cut, stop := context.WithCancel(context.Background())
	defer stop()
	c := Config{Dir: t.TempDir(), BasePort: freeBase(t), Scale: Million, Firms: firms, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Progress: func(line string) {
			if strings.Contains(line, "one file") { // the others say how far it is where the machine is slow
				lines = append(lines, line)
				stop()
			}
		}}
	_, err := Start(cut, c)
	if !errors.Is(err, context.Canceled) || len(lines) != 1 {
		t.Fatalf("%v after %q", err, lines)
	}
	w, err := Start(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for i, m := range Members[1:] {
		n := w.Node(m.Code)
		if got := firmsThere(t, n); got != firms || !strings.Contains(lines[i], "6000") {
			t.Errorf("%s: %d firms, %q", m.Code, got, lines[i])
		}
	}

	// Inside a file: what was written before it was cut off is nothing new to the same file.
	const more = 2 * firms
	n := w.Node(Anhui)
	file, err := placesOfFirms(Anhui).file(more, Anhui)
	if err != nil {
		t.Fatal(err)
	}
	inside, stop := context.WithCancel(context.Background())
	defer stop()
	in := registry.Import{Kind: "organisations", Name: "organisations.csv", File: bytes.NewReader(file), Source: "demo"}
	in.Progress = func(p registry.Progress) {
		if p.Writing && p.Done > firms {
			stop()
		}
	}
	rep, err := n.Registry.Take(inside, access.System("demo"), in)
	if err == nil || rep.Written <= firms || rep.Written >= more {
		t.Fatalf("written %d, %v", rep.Written, err)
	}
	if err := millionFirms(context.Background(), n, more, func(f string, args ...any) { lines = append(lines, fmt.Sprintf(f, args...)) }); err != nil {
		t.Fatal(err)
	}
	if got := firmsThere(t, n); got != more {
		t.Errorf("%d firms, %q", got, lines)
	}
}

// firmsThere counts the firms of a world of a million in a node's registry.
func firmsThere(t *testing.T, n *node.Node) (there int) {
	t.Helper()
	after := ""
	for {
		var some []registry.Org
		err := n.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
			some, err = n.Registry.Each(context.Background(), tx, after, 500)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(some) == 0 {
			return there
		}
		for _, o := range some {
			if after = o.Code; strings.Contains(o.Name[1], "Trade ") {
				there++
			}
		}
	}
}
