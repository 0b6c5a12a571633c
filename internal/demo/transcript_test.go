package demo

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// transcripts are the tours as the documentation shows them.
const transcripts = "../../docs/tours"

var (
	idText    = regexp.MustCompile(`\b[0-9A-HJKMNP-TV-Z]{26}\b`)
	keyText   = regexp.MustCompile(`demo\.corridor\.example/\d\d(/witness)?\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+|sha256:[0-9a-f]{64}`)
	clockText = regexp.MustCompile(`\b\d\d:\d\d\b|T\d\d:\d\d:\d\dZ`)
	tookText  = regexp.MustCompile(`\b\d+(\.\d+)?m?s\b`)
	purseText = regexp.MustCompile(`(?m)^ +\d{6}/(treasury/\d{4}|[a-z-]+/\d{4}/budget) .*\n`)
	countText = regexp.MustCompile(`\b(\d+)( bytes| leaves|/log/entries/)|(leaf |entries/)\d+`)
	hexText   = regexp.MustCompile(`\b([0-9a-f]{8})[0-9a-f]{56}\b`)
)

// steady is a transcript without what differs from one playing to the next: addresses, ids, keys and what is
// signed with them, hours, how
// long it took, numbers of bytes and leaves, and the purses of other schemes.
func steady(w *Community, keep, text string) string {
	for _, m := range Members {
		text = strings.ReplaceAll(text, w.Node(m.Code).URL(), "http://"+m.Short()+".example")
	}
	text = strings.ReplaceAll(text, keep, "tour")
	ids := map[string]string{}
	text = idText.ReplaceAllStringFunc(text, func(id string) string {
		if ids[id] == "" {
			ids[id] = fmt.Sprintf("ID-%d", len(ids)+1)
		}
		return ids[id]
	})
	text = keyText.ReplaceAllString(text, "KEY")
	text = countText.ReplaceAllStringFunc(text, func(s string) string { return regexp.MustCompile(`\d+`).ReplaceAllString(s, "N") })
	text = hexText.ReplaceAllString(text, "$1…")
	text = purseText.ReplaceAllStringFunc(text, func(line string) string { // those of schemes that the tour does not play come and go
		if strings.Contains(line, "/voucher/") {
			return line
		}
		return ""
	})
	return tookText.ReplaceAllString(clockText.ReplaceAllString(text, "hh:mm"), "N s")
}

// The tours hold in a new world, and what they print is what docs/tours shows. CORRIDOR_UPDATE=1 writes it anew.
func TestTheToursAreAsTheDocumentationShowsThem(t *testing.T) {
	for name, play := range map[string]func(context.Context, *Community, string, io.Writer) error{
		"main": func(ctx context.Context, w *Community, keep string, out io.Writer) error {
			return Tour(ctx, func(code string) string { return w.Node(code).URL() }, keep, out)
		},
		"refusals": func(ctx context.Context, w *Community, _ string, out io.Writer) error {
			return Refusals(ctx, func(code string) string { return w.Node(code).URL() }, w.Cut, out)
		},
		"packs": func(ctx context.Context, w *Community, _ string, out io.Writer) error {
			return TourPacks(ctx, func(code string) string { return w.Node(code).URL() }, out)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, err := Start(context.Background(), Config{Dir: t.TempDir(), BasePort: freeBase(t), Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
			if err != nil {
				t.Fatal(err)
			}
			running, stop := context.WithCancel(context.Background())
			done := make(chan struct{})
			go func() { w.Serve(running); close(done) }()
			t.Cleanup(func() { stop(); <-done; w.Close() })
			keep := t.TempDir()
			var out bytes.Buffer
			if err := play(context.Background(), w, keep, &out); err != nil {
				t.Fatalf("%s\n%v", out.String(), err)
			}
			for _, n := range w.Nodes {
				if found, err := n.Audit(context.Background(), func(string) {}); err != nil || len(found) > 0 {
					t.Errorf("audit of %s: %v %v", n.Node.Code, found, err)
				}
			}
			got, file := steady(w, keep, out.String()), filepath.Join(transcripts, name+".txt")
			if os.Getenv("CORRIDOR_UPDATE") != "" {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), got); d != "" {
				t.Errorf("the tour says something else (CORRIDOR_UPDATE=1 writes it anew):\n%s", d)
			}
		})
	}
}
