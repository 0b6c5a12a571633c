package ledger

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"strings"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// posting is a line of plain-text accounting: a change of one column of one account, and what stands there after it.
type posting struct {
	column string // available or held
	path   string
	change unit.Fen
	after  unit.Fen
}

const (
	available = "available"
	held      = "held"
)

// postings writes an entry in two columns, because plain-text accounting knows no hold: what is free stands in
// available, what is set aside in held, and the posted balance of an account is the sum of both. Every
// entry adds up to nothing.
func (e Entry) postings() []posting {
	d, c := e.DebitNow, e.CreditNow
	var out []posting
	if change := -e.Moved - e.HeldChange; change != 0 || e.HeldChange == 0 {
		out = append(out, posting{available, e.Debit, change, d.Available})
	}
	if e.HeldChange != 0 || e.Credit == "" {
		out = append(out, posting{held, e.Debit, e.HeldChange, d.Held})
	}
	if e.Credit != "" {
		out = append(out, posting{available, e.Credit, e.Moved, c.Available})
	}
	return out
}

// exporter writes the books in one format of plain-text accounting.
type exporter interface {
	begin(w *bufio.Writer, zone string)
	account(w *bufio.Writer, a Account, opened unit.Day)
	entry(w *bufio.Writer, e Entry, day unit.Day)
	// end is called once for each account with its final balance, after all entries.
	end(w *bufio.Writer, a Account, b Balance, after unit.Day)
}

// Export writes the whole books for hledger ("hledger", a journal) or beancount ("beancount", version 2 and
// later). Each program recomputes every balance by itself and refuses the file when one of ours is not the
// same to the fen: hledger after every entry, beancount at the end. It writes one state of the books, whatever
// is entered meanwhile.
func (l *Ledger) Export(ctx context.Context, w io.Writer, format string) error {
	var x exporter
	switch format {
	case "hledger":
		x = hledger{assets: map[string]bool{}}
	case "beancount":
		x = beancount{}
	default:
		return fault.New(fault.Invalid, "ledger.format", "format", clip(format)).On("format")
	}
	out := bufio.NewWriter(w)
	err := l.db.Read(ctx, func(tx *db.Tx) error {
		x.begin(out, l.zone.String())
		accounts := func(do func(accountRow)) error {
			return eachPage(func(last accountRow) ([]accountRow, error) {
				return selectAccounts(ctx, tx, "", last.path, auditPage)
			}, do)
		}
		if err := accounts(func(r accountRow) {
			x.account(out, r.account(), unit.DayOf(db.Time(r.openedAt), l.zone))
		}); err != nil {
			return err
		}
		last := unit.Date(1970, 1, 1)
		if err := eachPage(func(prev Entry) ([]Entry, error) {
			after := prev.Seq
			if prev.ID == "" {
				after = math.MinInt64
			}
			return selectAllEntries(ctx, tx, after, auditPage)
		}, func(e Entry) {
			day := unit.DayOf(e.At, l.zone)
			last = max(last, day)
			x.entry(out, e, day)
		}); err != nil {
			return err
		}
		return accounts(func(r accountRow) { x.end(out, r.account(), r.balance(), last.Add(1)) })
	})
	if err != nil {
		return fmt.Errorf("export the books: %w", err)
	}
	return out.Flush()
}

// hledger writes a journal. Day follows day only within an account, which is all that its assertions need.
type hledger struct{ assets map[string]bool } // those declared

func (hledger) begin(w *bufio.Writer, zone string) {
	fmt.Fprintf(w, "; The books of a Corridor node. Days end in the zone %s.\n", zone)
	fmt.Fprintf(w, "; available:X and held:X together are what is posted in the account X.\ndecimal-mark .\n\n")
}

func (h hledger) account(w *bufio.Writer, a Account, opened unit.Day) {
	if !h.assets[a.Asset] {
		h.assets[a.Asset] = true
		fmt.Fprintf(w, "commodity 1000.00 %s\n", hledgerAsset(a.Asset))
	}
	for _, column := range []string{available, held} {
		fmt.Fprintf(w, "account %s  ; opened: %s, asset: %s\n", hledgerName(column, a.Path), opened, a.Asset)
	}
}

func (hledger) entry(w *bufio.Writer, e Entry, day unit.Day) {
	fmt.Fprintf(w, "\n%s * (%d) %s %s\n", day, e.Seq, e.Kind, strings.ReplaceAll(e.Note, ";", "；"))
	fmt.Fprintf(w, "    ; at: %s, id: %s\n", e.At.Format("2006-01-02T15:04:05.000000Z"), tagText(e.ID))
	for _, tag := range [][2]string{{"ref", e.Ref}, {"of", e.Of}, {"reverses", e.Reverses}} {
		if tag[1] != "" {
			fmt.Fprintf(w, "    ; %s: %s\n", tag[0], tagText(tag[1]))
		}
	}
	fmt.Fprintf(w, "    ; digest: %x\n", e.Digest)
	asset := hledgerAsset(e.Asset)
	for _, p := range e.postings() {
		fmt.Fprintf(w, "    %s  %s %s = %s %s\n", hledgerName(p.column, p.path), p.change.Yuan(), asset, p.after.Yuan(), asset)
	}
}

func (hledger) end(*bufio.Writer, Account, Balance, unit.Day) {}

// hledgerName parts an account by ":", so a colon of the path is written %3A; a path has no "%".
func hledgerName(column, path string) string {
	return column + ":" + strings.ReplaceAll(strings.ReplaceAll(path, ":", "%3A"), "/", ":")
}

// hledgerAsset quotes what is more than letters.
func hledgerAsset(asset string) string {
	if strings.Trim(asset, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return asset
	}
	return `"` + asset + `"`
}

// tagText writes a text so that a tag of hledger can carry it.
func tagText(s string) string { return strings.NewReplacer("%", "%25", ",", "%2C").Replace(s) }

// beancount writes a file of beancount, whose account names are of a narrow kind and begin with one of five roots;
// the real path stands beside each.
type beancount struct{}

func (beancount) begin(w *bufio.Writer, zone string) {
	fmt.Fprintf(w, ";; The books of a Corridor node. Days end in the zone %s.\n", zone)
	fmt.Fprintf(w, ";; Available:X and Held:X together are what is posted in the account X.\n")
	fmt.Fprintf(w, "option \"title\" \"Corridor\"\noption \"name_assets\" \"Available\"\noption \"name_liabilities\" \"Held\"\n\n")
}

func (beancount) account(w *bufio.Writer, a Account, opened unit.Day) {
	for _, column := range []string{available, held} {
		fmt.Fprintf(w, "%s open %s %s\n  path: \"%s\"\n", opened, beancountName(column, a.Path), a.Asset, a.Path)
	}
}

func (beancount) entry(w *bufio.Writer, e Entry, day unit.Day) {
	fmt.Fprintf(w, "\n%s * \"%s\" %s\n", day, e.Kind, beancountText(e.Note))
	fmt.Fprintf(w, "  id: %s\n  at: \"%s\"\n", beancountText(e.ID), e.At.Format("2006-01-02T15:04:05.000000Z"))
	for _, m := range [][2]string{{"ref", e.Ref}, {"of", e.Of}, {"reverses", e.Reverses}} {
		if m[1] != "" {
			fmt.Fprintf(w, "  %s: %s\n", m[0], beancountText(m[1]))
		}
	}
	fmt.Fprintf(w, "  digest: \"%x\"\n", e.Digest)
	for _, p := range e.postings() {
		fmt.Fprintf(w, "  %s  %s %s\n", beancountName(p.column, p.path), p.change.Yuan(), e.Asset)
	}
}

func (beancount) end(w *bufio.Writer, a Account, b Balance, after unit.Day) {
	fmt.Fprintf(w, "\n%s balance %s  %s ~ 0.00 %s\n", after, beancountName(available, a.Path), b.Available.Yuan(), a.Asset)
	fmt.Fprintf(w, "%s balance %s  %s ~ 0.00 %s\n", after, beancountName(held, a.Path), b.Held.Yuan(), a.Asset)
}

func beancountText(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// beancountName writes a path in capital-first segments of letters, digits and hyphens, no two paths alike: a
// small first letter becomes its capital, a capital first letter is written behind "X-k", and the other signs are
// -d (.) -u (_) -c (:) -h (-).
func beancountName(column, path string) string {
	signs := strings.NewReplacer(".", "-d", "_", "-u", ":", "-c", "-", "-h")
	name := strings.ToUpper(column[:1]) + column[1:]
	for _, segment := range strings.Split(path, "/") {
		first, rest := segment[:1], signs.Replace(segment[1:])
		if first >= "A" && first <= "Z" {
			first = "X-k" + first
		}
		name += ":" + strings.ToUpper(first[:1]) + first[1:] + rest
	}
	return name
}
