package ledger

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// awkward are books with everything that a format could stumble over.
const awkward = `
open     310000/voucher/2026/budget    floor                  ok
open     310000/voucher/2026/Budget                           ok
open     treasury:310000                                      ok
open     payee/a.b_c-d:e                                      ok
open     payee/A.b-uc-d                                       ok
open     X-kx                                                 ok
open     available/held                                       ok
open     never/used                                           ok
open     sink/hours               GPU.HOURS-2                 ok
open     home/hours               GPU.HOURS-2 floor           ok
post     T,0:%a; treasury:310000 -> 310000/voucher/2026/budget  12,345,678.91 ref=case/1,;x note=first;_"quoted"_\_back|slash  ok
day      2026-03-02
hold     H1 310000/voucher/2026/budget        80,000.00       ok
hold     H0 310000/voucher/2026/budget             0.00       ok
hold     H2 310000/voucher/2026/budget        10,000.01       ok
hold     H3 310000/voucher/2026/budget             0.07       ok
capture  C1 of H1 -> payee/a.b_c-d:e          60,000.10       ok
capture  C2 of H1 -> payee/A.b-uc-d                0.00       ok
day      2026-12-31
capture  C3 of H1 -> X-kx                     10,000.00 last  ok
release  R2 of H2                                             ok
capture  C0 of H0 -> available/held                0.00       ok
mirror   M1 of C1 note=冲正                                   ok
post     Z0 X-kx -> 310000/voucher/2026/Budget     0.00       ok
post     Z1 X-kx -> available/held              999.99       ok
post     G1 sink/hours -> home/hours            100.00       ok
hold     G2 home/hours                           40.00       ok
capture  G3 of G2 -> sink/hours                  12.50       ok
day      2027-01-01
post     BIG never/used -> 310000/voucher/2026/Budget  9,999,999,999,999,000.01 ok
`

// recomputed is what another program makes of the books: column, path -> amount with two decimals.
type recomputed map[[2]string]string

func TestHledgerRecomputesEveryBalance(t *testing.T) {
	checkRecomputed(t, "hledger", "apt-get install hledger", func(t *testing.T, file string) recomputed {
		out := output(t, "hledger", "-f", file, "--strict", "balance", "--flat", "--empty", "--no-total", "-O", "csv")
		got := recomputed{}
		for _, row := range table(t, out)[1:] {
			column, name, _ := strings.Cut(row[0], ":")
			path := strings.ReplaceAll(strings.ReplaceAll(name, ":", "/"), "%3A", ":")
			got[[2]string{column, path}] = strings.Fields(row[1] + " x")[0]
		}
		return got
	})
}

func TestBeancountRecomputesEveryBalance(t *testing.T) {
	checkRecomputed(t, "bean-query", "apt-get install beancount", func(t *testing.T, file string) recomputed {
		output(t, "bean-check", file)
		paths := map[string]string{} // name -> path, as the file itself says
		var name string
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(text), "\n") {
			if f := strings.Fields(line); len(f) == 4 && f[1] == "open" {
				name = f[2]
			} else if path, ok := strings.CutPrefix(line, "  path: "); ok {
				if paths[name] != "" {
					t.Errorf("two accounts are called %s", name)
				}
				paths[name] = strings.Trim(path, `"`)
			}
		}
		out := output(t, "bean-query", "-f", "csv", file, "SELECT account, currency, sum(number) AS stands GROUP BY account, currency")
		got := recomputed{}
		for _, row := range table(t, out)[1:] {
			name := strings.TrimSpace(row[0])
			column, _, _ := strings.Cut(strings.ToLower(name), ":")
			got[[2]string{column, paths[name]}] = strings.TrimSpace(row[2])
		}
		return got
	})
}

func checkRecomputed(t *testing.T, tool, install string, read func(t *testing.T, file string) recomputed) {
	if _, err := exec.LookPath(tool); err != nil {
		if os.Getenv("CORRIDOR_REQUIRE") == "1" {
			t.Fatalf("%s is missing: %s", tool, install)
		}
		fmt.Fprintf(os.Stderr, "NOT CHECKED: %s is missing, the books were not recomputed by it. %s\n", tool, install)
		t.Logf("NOT CHECKED: %s is missing; %s", tool, install)
		return
	}
	format := map[string]string{"hledger": "hledger", "bean-query": "beancount"}[tool]
	books(t, func(t *testing.T, l *Ledger, c *clock) {
		keep(t, l, c, awkward)
		file := filepath.Join(t.TempDir(), "books."+format)
		f, err := os.Create(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Export(context.Background(), f, format); err != nil {
			t.Fatal(err)
		}
		f.Close()
		got := read(t, file)
		for _, a := range accounts(t, l) {
			for column, want := range map[string]unit.Fen{available: a.Available, held: a.Held} {
				is := got[[2]string{column, a.Path}]
				if want == 0 && (is == "" || is == "0" || is == "0.00") {
					continue
				}
				if is != want.Yuan() {
					t.Errorf("%s %s: %s says %q, the books %q", column, a.Path, tool, is, want.Yuan())
				}
			}
		}
		damaged(t, l, format, tool)
	})
}

// damaged gives the tool books in which one fen has moved, to see that it would tell.
func damaged(t *testing.T, l *Ledger, format, tool string) {
	t.Helper()
	var b bytes.Buffer
	if err := l.Export(context.Background(), &b, format); err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(b.String(), "-60000.10", "-60000.11", 1)
	text = strings.Replace(text, " 60000.10", " 60000.11", 1)
	if text == b.String() {
		t.Fatal("nothing was damaged")
	}
	file := filepath.Join(t.TempDir(), "damaged."+format)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	check := exec.Command("hledger", "-f", file, "balance")
	if tool == "bean-query" {
		check = exec.Command("bean-check", file)
	}
	if out, err := check.CombinedOutput(); err == nil {
		t.Errorf("%s takes damaged books: %s", tool, out)
	}
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

func table(t *testing.T, text string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("%v in %q", err, text)
	}
	return rows
}

// accounts lists every account.
func accounts(t *testing.T, l *Ledger) (all []AccountBalance) {
	t.Helper()
	ctx := context.Background()
	err := l.db.Read(ctx, func(tx *db.Tx) error {
		after := ""
		for {
			page, next, err := l.Accounts(ctx, tx, "", after, 0)
			if err != nil {
				return err
			}
			all = append(all, page...)
			if after = next; next == "" {
				return nil
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestNoTwoPathsAreExportedUnderOneName(t *testing.T) {
	path := rapid.StringMatching(`[A-CXa-cx0-1][A-Ca-ck0-1._:-]{0,5}(/[A-CXa-cx0-1][A-Ca-ck0-1._:-]{0,5}){0,2}`)
	taken := [2]map[string]string{{}, {}}
	beancountForm := regexp.MustCompile(`^Held(:[A-Z0-9][A-Za-z0-9-]*)+$`)
	rapid.Check(t, func(t *rapid.T) {
		p := path.Draw(t, "path")
		if !pathForm.MatchString(p) {
			t.Fatalf("%q is no path", p)
		}
		for i, name := range []string{hledgerName(held, p), beancountName(held, p)} {
			if other, is := taken[i][name]; is && other != p {
				t.Fatalf("%q and %q are both %q", p, other, name)
			}
			taken[i][name] = p
			if i == 1 && !beancountForm.MatchString(name) {
				t.Fatalf("%q is no name of beancount", name)
			}
		}
	})
}

func TestOnlyKnownFormatsAreExported(t *testing.T) {
	books(t, func(t *testing.T, l *Ledger, c *clock) {
		err := l.Export(context.Background(), &bytes.Buffer{}, "xlsx")
		if got, want := fault.CodeOf(err), "ledger.format"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}
