package ledger

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	postingsMax   = 100_000 // lines of one file
	kindOpen      = "open"  // of a line that opens an account
	bomCharacters = "\ufeff"
)

// postingColumns are the columns that a file of postings may have, in any order; kind is needed.
var postingColumns = []string{"kind", "id", "debit", "credit", "amount", "asset", "floor", "of", "last", "reverses", "ref", "note", "linked"}

// Posting is a line of a file: an account to open, or a transfer. Amounts are in yuan, 1,234.56 or 1.7亿元.
type Posting struct {
	Line   int      // of the file, the line of headers is the first
	Open   *Account // path in debit, asset, floor; nil for a transfer
	Linked bool     // to the transfer on the line before: entered together or not at all
	Transfer
}

// BadPosting is a cell that could not be read.
type BadPosting struct {
	Line   int
	Column string
	Fault  *fault.Error
}

// ParsePostings reads a CSV of postings in UTF-8. Every bad cell is named; what is good is returned beside them, to be
// used only when nothing is bad.
func ParsePostings(r io.Reader) (list []Posting, bad []BadPosting, err error) {
	c := csv.NewReader(r)
	c.FieldsPerRecord = -1
	var column map[string]int
	for {
		cells, err := c.Read()
		if errors.Is(err, io.EOF) {
			return list, bad, nil
		}
		if err != nil {
			return nil, nil, fault.New(fault.Invalid, "ledger.csv", "problem", clip(err.Error())).On("file")
		}
		line, _ := c.FieldPos(0)
		if column == nil {
			if column, err = postingHeads(cells); err != nil {
				return nil, nil, err
			}
			continue
		}
		if len(list)+len(bad) >= postingsMax {
			return nil, nil, fault.New(fault.TooLarge, "ledger.lines", "max", postingsMax).On("file")
		}
		p, at, err := parsePosting(func(name string) string {
			if i, ok := column[name]; ok && i < len(cells) {
				return strings.TrimSpace(cells[i])
			}
			return ""
		})
		p.Line = line
		if err != nil {
			bad = append(bad, BadPosting{line, at, fault.Of(err)})
			continue
		}
		list = append(list, p)
	}
}

func postingHeads(cells []string) (map[string]int, error) {
	column := map[string]int{}
	for i, h := range cells {
		h = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(h, bomCharacters)))
		if _, twice := column[h]; twice || !slices.Contains(postingColumns, h) {
			return nil, fault.New(fault.Invalid, "ledger.column", "column", clip(h), "columns", strings.Join(postingColumns, ", ")).On("file")
		}
		column[h] = i
	}
	if _, ok := column["kind"]; !ok {
		return nil, fault.New(fault.Invalid, "ledger.column", "column", "kind", "columns", strings.Join(postingColumns, ", ")).On("file")
	}
	return column, nil
}

// parsePosting reads one line, and names the column at fault. Whether the transfer may be entered is for the books to say.
func parsePosting(cell func(string) string) (p Posting, at string, err error) {
	yes := func(name string) (is bool) {
		switch strings.ToLower(cell(name)) {
		case "yes", "true", "1", "是":
			return true
		case "", "no", "false", "0", "否":
		default:
			if err == nil {
				at, err = name, fault.New(fault.Invalid, "ledger.yes", "text", clip(cell(name))).On(name)
			}
		}
		return false
	}
	p.Transfer = Transfer{ID: cell("id"), Kind: Kind(cell("kind")), Debit: cell("debit"), Credit: cell("credit"), Of: cell("of"),
		Ref: cell("ref"), Note: cell("note"), Reverses: cell("reverses"), Last: yes("last")}
	p.Linked = yes("linked")
	floor := yes("floor")
	if err != nil {
		return p, at, err
	}
	if text := cell("amount"); text != "" {
		if p.Amount, err = unit.ParseFen(text); err != nil {
			return p, "amount", err
		}
	}
	if cell("kind") == kindOpen {
		p.Open = &Account{Path: p.Debit, Asset: cell("asset"), Floor: floor}
		return p, "", nil
	}
	if err := p.shape(); err != nil {
		return p, fault.Of(err).Field, err
	}
	return p, "", nil
}

// Posted says what became of a line.
type Posted struct {
	Posting
	New     bool         // entered or opened now; false: it stood in the books already, or was refused
	Refused *fault.Error // why nothing of the line, and of those linked to it, was entered
}

// Take opens the accounts of a file and then enters its transfers in their order, as Bulk does. beside runs in every act
// that wrote something, with the lines it brought. Giving the file again enters nothing twice.
func (l *Ledger) Take(ctx context.Context, list []Posting, beside func(context.Context, *db.Tx, []Posted) error) ([]Posted, error) {
	out := make([]Posted, len(list))
	var accounts, transfers []int
	for i, p := range list {
		if out[i].Posting = p; p.Open != nil {
			accounts = append(accounts, i)
		} else {
			transfers = append(transfers, i)
		}
	}
	for part := range slices.Chunk(accounts, bulkTransfersMax) {
		if err := l.db.Act(ctx, func(tx *db.Tx) error { return l.openAll(ctx, tx, out, part, beside) }); err != nil {
			return out, err
		}
	}
	var chains [][]Transfer
	var lines [][]int
	for _, i := range transfers {
		if n := len(chains); n > 0 && list[i].Linked {
			chains[n-1], lines[n-1] = append(chains[n-1], list[i].Transfer), append(lines[n-1], i)
		} else {
			chains, lines = append(chains, []Transfer{list[i].Transfer}), append(lines, []int{i})
		}
	}
	_, err := l.bulk(ctx, chains, func(ctx context.Context, tx *db.Tx, from int, part []Outcome) error {
		var said []Posted
		for n, o := range part {
			for k, i := range lines[from+n] {
				out[i].Refused, out[i].New = o.Refused, o.Refused == nil && o.Fresh[k]
				said = append(said, out[i])
			}
		}
		return wroteBeside(ctx, tx, said, beside)
	})
	return out, err
}

func (l *Ledger) openAll(ctx context.Context, tx *db.Tx, out []Posted, part []int, beside func(context.Context, *db.Tx, []Posted) error) error {
	var said []Posted
	for _, i := range part {
		was, err := selectAccount(ctx, tx, out[i].Open.Path)
		if err == nil {
			err = l.Open(ctx, tx, *out[i].Open)
		}
		if refused := (*fault.Error)(nil); errors.As(err, &refused) && refused.Kind != fault.Unavailable && refused.Kind != fault.Internal {
			out[i].Refused = refused
		} else if err != nil {
			return err
		}
		out[i].New = err == nil && was == nil
		said = append(said, out[i])
	}
	return wroteBeside(ctx, tx, said, beside)
}

// wroteBeside calls beside where a line is new.
func wroteBeside(ctx context.Context, tx *db.Tx, said []Posted, beside func(context.Context, *db.Tx, []Posted) error) error {
	if beside == nil || !slices.ContainsFunc(said, func(p Posted) bool { return p.New }) {
		return nil
	}
	return beside(ctx, tx, said)
}
