package node_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/evanw/esbuild/pkg/api"

	"corridor/internal/db"
	corridorlog "corridor/internal/log"
	"corridor/internal/node"
	"corridor/internal/unit"
	"corridor/internal/web"
)

// client builds clients/typescript and returns how it is run: what it says, and whether all was true.
func client(t *testing.T) func(args ...string) (said string, ok bool) {
	t.Helper()
	const needed = "the client in TypeScript needs Node 20: apt-get install nodejs"
	runtime, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("CORRIDOR_REQUIRE") != "" {
			t.Fatal(needed)
		}
		t.Log("NOT TESTED: " + needed)
		return nil
	}
	out := filepath.Join(t.TempDir(), "client.mjs")
	built := api.Build(api.BuildOptions{EntryPoints: []string{"../../clients/typescript/client.ts"}, Bundle: true, Platform: api.PlatformNode, Format: api.FormatESModule, Outfile: out, Write: true})
	if len(built.Errors) > 0 {
		t.Fatal(built.Errors[0].Text)
	}
	return func(args ...string) (string, bool) {
		b, err := exec.Command(runtime, append([]string{out}, args...)...).CombinedOutput()
		return string(b), err == nil
	}
}

// A program of another make and language follows a log of ours over HTTP, sees that it only grows, and checks a receipt: the
// formats are those of docs/federation.md.
func TestAClientInTypeScriptFollowsALogAndChecksAReceipt(t *testing.T) {
	run := client(t)
	if run == nil {
		return
	}
	private, public := corridorlog.NewKey("34.corridor.example/log")
	n, err := node.Open(t.Context(), node.Config{Node: web.Node{Code: "340000", Class: "r34", Synthetic: true}, Dir: t.TempDir(), Origin: "34.corridor.example/log", Key: private, NoCodes: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Listen(); err != nil {
		t.Fatal(err)
	}
	running, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { n.Run(running); close(done) }()
	t.Cleanup(func() { stop(); <-done; n.Close() })
	publish := func(count int) {
		i := 0
		if _, err := n.Log.Import(t.Context(), func() (corridorlog.Leaf, bool) {
			i++
			return corridorlog.Leaf{Kind: "voucher.paid", Day: unit.Date(2026, time.March, 2), Object: fmt.Sprint("case/", i), Fields: map[string]any{"payable": 100 * i, "firm_region": "340100"}}, i <= count
		}); err != nil {
			t.Fatal(err)
		}
	}
	state := filepath.Join(t.TempDir(), "state.json")
	for _, x := range []struct{ more, want int }{{0, 0}, {3, 3}, {600, 603}, {0, 603}, {1, 604}} {
		publish(x.more)
		said, ok := run("follow", n.URL(), public, state)
		var got struct{ Size int }
		if err := json.Unmarshal([]byte(said), &got); !ok || err != nil || got.Size != x.want {
			t.Fatalf("after %d more leaves: %s", x.more, said)
		}
	}
	// A log that does not continue what was seen is refused, and so is one under another key.
	seen, err := os.ReadFile(state)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "other.json")
	for i, spoil := range []func(string) string{
		func(s string) string { return strings.Replace(s, `"hash":"`, `"hash":"AAAA`, 1) },
		func(s string) string { return strings.Replace(s, `"size":604`, `"size":9999`, 1) },
	} {
		if err := os.WriteFile(other, []byte(spoil(string(seen))), 0o600); err != nil {
			t.Fatal(err)
		}
		if said, ok := run("follow", n.URL(), public, other); ok || !strings.Contains(said, []string{"FALSE root", "FALSE size"}[i]) {
			t.Errorf("spoilt state %d: %s", i, said)
		}
	}
	_, stranger := corridorlog.NewKey("34.corridor.example/log")
	if said, ok := run("follow", n.URL(), stranger, other); ok || !strings.Contains(said, "FALSE signature") {
		t.Errorf("under another key: %s", said)
	}

	// A witness cosigns the checkpoint: the client sees when, and refuses a cosignature of something else.
	w, err := corridorlog.NewCosigner(private)
	if err != nil {
		t.Fatal(err)
	}
	cosigns := func(of int64) {
		signed, err := n.Log.Checkpoint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		c, err := corridorlog.ParseCheckpoint(signed)
		if err != nil || c.Size != of {
			t.Fatalf("%d leaves, %v", c.Size, err)
		}
		if err := n.Log.AddCosignature(t.Context(), corridorlog.Cosignature{Size: c.Size, Key: w.PublicKey(), Line: w.Cosign(c.Text, time.Unix(1772409600, 0))}); err != nil {
			t.Fatal(err)
		}
	}
	if said, ok := run("follow", n.URL(), public, state, w.PublicKey()); !ok || !strings.Contains(said, `:null}`) {
		t.Errorf("before anybody cosigned: %s", said)
	}
	cosigns(604)
	if said, ok := run("follow", n.URL(), public, state, w.PublicKey()); !ok || !strings.Contains(said, `"2026-03-02T00:00:00.000Z"`) {
		t.Errorf("cosigned: %s", said)
	}

	var leaf unit.ID
	if err := n.DB.Act(t.Context(), func(tx *db.Tx) (err error) {
		leaf, err = n.Log.Append(t.Context(), tx, corridorlog.Leaf{Kind: "label.certificate", Day: unit.Date(2026, time.March, 3), Object: "label/1", Record: []byte(`{"holder":["演示","Demo"]}`), Fields: map[string]any{"org": "x"}})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if _, err = n.Log.Receipt(t.Context(), leaf, true); err == nil || time.Now().After(end) {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	cosigns(605)
	receipt, err := n.Log.Receipt(t.Context(), leaf, true)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "receipt.txt")
	check := func(text string) (string, bool) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return run("receipt", file, public, w.PublicKey())
	}
	if said, ok := check(string(receipt)); !ok || !strings.Contains(said, `"index":604`) || !strings.Contains(said, "演示") || !strings.Contains(said, `"2026-03-02T00:00:00.000Z"`) {
		t.Errorf("a true receipt: %s", said)
	}
	for part, change := range map[string][2]string{"leaf": {"2026-03-03", "2026-03-04"}, "proof": {"index 604", "index 603"}, "commitment": {`"object":"label/1"`, `"object":"label/2"`}, "origin": {"log 34", "log 35"}, "sum": {"sum sha256:", "sum sha256:0"}} {
		if said, ok := check(strings.Replace(string(receipt), change[0], change[1], 1)); ok || !strings.Contains(said, "FALSE "+part) {
			t.Errorf("%s changed: %s", part, said)
		}
	}
}
