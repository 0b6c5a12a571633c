package settlement

import (
	"embed"
	"fmt"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"

	"corridor/internal/fault"
)

//go:embed formats/*.yaml
var formatFiles embed.FS

// Format is a file that goes to a treasury or comes from a bank, as data.
type Format struct {
	ID           string
	Words        fault.Words
	Verified     bool
	Note         fault.Words
	Account      string // the form of an account number
	LinesMax     int    `yaml:"lines_max"`
	UnansweredWD int    `yaml:"unanswered_wd"`
	Columns      []Column
	Total        pair
	Digest       pair
	Values       map[string][]string // words of a cell, by what they mean
}

// Column is a column of a file: what the program calls it, and what files call it.
type Column struct {
	ID     string
	ZH, EN string
	Also   []string
	Need   bool
}

// Words are the column's name.
func (c Column) Words() fault.Words { return fault.Words{c.ZH, c.EN} }

type pair struct{ ZH, EN string }

type formats struct {
	allocation, answers, receipts Format
	account                       *regexp.Regexp
}

func readFormats() (f formats, err error) {
	for name, to := range map[string]*Format{"allocation": &f.allocation, "answers": &f.answers, "receipts": &f.receipts} {
		b, err := formatFiles.ReadFile("formats/" + name + ".yaml")
		if err != nil {
			return f, err
		}
		if err := yaml.UnmarshalWithOptions(b, to, yaml.Strict()); err != nil {
			return f, fmt.Errorf("formats/%s.yaml: %w", name, err)
		}
		if to.ID != name || len(to.Columns) == 0 {
			return f, fmt.Errorf("formats/%s.yaml: the id is %q with %d columns", name, to.ID, len(to.Columns))
		}
	}
	if f.account, err = regexp.Compile(f.allocation.Account); err != nil {
		return f, fmt.Errorf("formats/allocation.yaml: account: %w", err)
	}
	if f.allocation.LinesMax <= 0 || f.allocation.UnansweredWD <= 0 {
		return f, fmt.Errorf("formats/allocation.yaml: lines_max and unanswered_wd are needed")
	}
	return f, nil
}

// Formats are the files of this room: what goes out, and what comes in.
func (d *Desk) Formats() []Format {
	return []Format{d.formats.allocation, d.formats.answers, d.formats.receipts}
}

// head names the columns.
func (f Format) head(lang fault.Lang) []string {
	head := make([]string, len(f.Columns))
	for i, c := range f.Columns {
		head[i] = c.Words().In(lang)
	}
	return head
}

// lacks is a needed column that is not among those that were found.
func (f Format) lacks(found map[string]int) (Column, bool) {
	for _, c := range f.Columns {
		if _, there := found[c.ID]; c.Need && !there {
			return c, true
		}
	}
	return Column{}, false
}

// means finds what the word of a cell means, "" for none.
func (f Format) means(cell string) string {
	for meaning, words := range f.Values {
		for _, w := range words {
			if same(w, cell) {
				return meaning
			}
		}
	}
	return ""
}

// same compares names of columns and words of cells: without blanks, case and the kind of bracket.
func same(a, b string) bool { return plain(a) == plain(b) }

func plain(s string) string { return strings.ToLower(plainForms.Replace(strings.TrimSpace(s))) }

var (
	plainForms = strings.NewReplacer(" ", "", "\u3000", "", "\t", "", "（", "(", "）", ")", "'", "")
	digitForms = strings.NewReplacer(" ", "", "\u3000", "", "-", "", "'", "")
)

// digitsOf is an account number without what people part it by.
func digitsOf(s string) string { return digitForms.Replace(s) }

// splitAccount parts a bank from an account number where both were typed into one field: the digits at its end are the
// number.
func splitAccount(text string) (bank, number string) {
	text = strings.TrimSpace(text)
	i := len(text)
	for i > 0 && strings.ContainsRune("0123456789 -", rune(text[i-1])) {
		i--
	}
	if digits := digitsOf(text[i:]); digits != "" && i > 0 {
		return strings.Trim(text[:i], " :：,，;；、"), digits
	}
	return "", digitsOf(text)
}

// plausible says whether a text can be an account number.
func (d *Desk) plausible(number string) bool { return d.formats.account.MatchString(number) }
