// Package sheets writes a list into a file that a spreadsheet opens, and reads such files: CSV or XLSX.
//
// A list that was narrowed on a page and the same list as a file hold the same rows; how a cell is written is settled
// here once for all rooms. A text stays a text: a credit code or an account number keeps every digit, and what would begin
// a formula begins none. Money is yuan with two decimals, in XLSX a number of which every fen below 10^13 yuan is exact;
// whole numbers are numbers. The head stays in sight. CSV is UTF-8 with a mark, lines end as RFC 4180 says; GB 18030 is
// written for programs that know nothing else.
//
// Reading gives rows of cells and no more: each table has columns and limits of its own, which belong to the room that
// takes it in. A file that is broken, encrypted, of the old format or with macros is refused with a sentence.
package sheets

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Format is how a file is written.
type Format string

const (
	CSV   Format = "csv"         // UTF-8 with a mark, so that spreadsheets see that it is
	CSVGB Format = "csv-gb18030" // GB 18030 without a mark
	XLSX  Format = "xlsx"
)

// rowsMax is how many rows a sheet of a spreadsheet can have; what is more goes on in the next sheet.
const rowsMax = 1_048_576

// formula are the signs with which a spreadsheet begins a formula.
const formula = "=+-@\t\r"

// Guard is a text as a cell of CSV: what begins like a formula gets an apostrophe before it.
func Guard(text string) string {
	if text != "" && strings.ContainsRune(formula, rune(text[0])) {
		return "'" + text
	}
	return text
}

// Unguard takes off again what Guard put on.
func Unguard(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune(formula, rune(cell[1])) {
		return cell[1:]
	}
	return cell
}

// Table is a whole list. A cell is a text, a whole number, money (unit.Fen), or what prints as a text: a day, a code.
type Table struct {
	Title string // of the sheet; "" is what the spreadsheet calls it
	Head  []string
	Rows  [][]any
}

// Texts is a row of texts.
func Texts(cells []string) []any {
	row := make([]any, len(cells))
	for i, c := range cells {
		row[i] = c
	}
	return row
}

// Put adds a row.
func (t *Table) Put(cells ...any) { t.Rows = append(t.Rows, cells) }

// Bytes is the file.
func (t *Table) Bytes(f Format) ([]byte, error) {
	var b bytes.Buffer
	w, err := NewWriter(&b, f, t.Title, t.Head)
	if err != nil {
		return nil, err
	}
	for _, row := range t.Rows {
		if err := w.Row(row...); err != nil {
			return nil, err
		}
	}
	if err := w.End(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Writer writes a list that is too long to be held: row by row, head first. It is for one goroutine; a CSV stands in the
// stream as it is written, an XLSX when End is called.
type Writer struct {
	out    io.Writer
	buffer *bufio.Writer
	csv    *csv.Writer
	file   *excelize.File
	stream *excelize.StreamWriter
	title  string
	head   []string
	n      int // rows of the sheet
}

// NewWriter begins a file with the names of its columns. An unknown format is refused.
func NewWriter(out io.Writer, f Format, title string, head []string) (*Writer, error) {
	w := &Writer{out: out, title: Title(title), head: head}
	switch f {
	case CSV, CSVGB:
		if f == CSVGB {
			out = transform.NewWriter(out, simplifiedchinese.GB18030.NewEncoder())
		}
		w.buffer = bufio.NewWriterSize(out, 1<<16)
		if f == CSV {
			w.buffer.WriteString("\uFEFF") // an error of a buffer is told when it is flushed
		}
		w.csv = csv.NewWriter(w.buffer)
		w.csv.UseCRLF = true
		return w, w.Row(Texts(head)...)
	case XLSX:
		w.file = excelize.NewFile()
		first := w.file.GetSheetName(0)
		if w.title == "" {
			w.title = first
		}
		if err := w.file.SetSheetName(first, w.title); err != nil {
			return nil, err
		}
		return w, w.begin(w.title)
	}
	return nil, fault.New(fault.Invalid, "sheets.format", "format", string(f)).On("format")
}

// Title is a text as a sheet may be called: at most 31 characters, none of those that a spreadsheet keeps for itself.
func Title(text string) string {
	text = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) {
			return ' '
		}
		return r
	}, text)
	if all := []rune(text); len(all) > excelize.MaxSheetNameLength {
		text = string(all[:excelize.MaxSheetNameLength])
	}
	return strings.Trim(text, " '")
}

// begin begins a sheet with the names of the columns, which stay in sight.
func (w *Writer) begin(name string) (err error) {
	if w.stream, err = w.file.NewStreamWriter(name); err != nil {
		return err
	}
	if err := w.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	w.n = 0
	return w.Row(Texts(w.head)...)
}

// Row writes a row.
func (w *Writer) Row(cells ...any) error {
	if w.csv != nil {
		row := make([]string, len(cells))
		for i, x := range cells {
			row[i] = plain(x)
		}
		return w.csv.Write(row)
	}
	if w.n == rowsMax {
		if err := w.next(); err != nil {
			return err
		}
	}
	w.n++
	row := make([]any, len(cells))
	for i, x := range cells {
		var err error
		if row[i], err = typed(x); err != nil {
			return err
		}
	}
	return w.stream.SetRow("A"+strconv.Itoa(w.n), row)
}

// next goes on in another sheet, with its number after the title.
func (w *Writer) next() error {
	if err := w.stream.Flush(); err != nil {
		return err
	}
	end := fmt.Sprintf(" %d", len(w.file.GetSheetList())+1)
	name := []rune(w.title)
	name = append(name[:min(len(name), excelize.MaxSheetNameLength-len(end))], []rune(end)...)
	if _, err := w.file.NewSheet(string(name)); err != nil {
		return err
	}
	return w.begin(string(name))
}

// End writes what is left. Nothing may be written after it.
func (w *Writer) End() error {
	if w.csv != nil {
		w.csv.Flush()
		return w.csv.Error()
	}
	defer w.file.Close()
	if err := w.stream.Flush(); err != nil {
		return err
	}
	return w.file.Write(w.out)
}

// plain is a cell of CSV.
func plain(x any) string {
	switch c := x.(type) {
	case unit.Fen:
		return c.Yuan()
	case int, int64:
		return fmt.Sprint(c)
	case string:
		return Guard(c)
	}
	return Guard(fmt.Sprint(x))
}

// typed is a cell of XLSX: a number for money and whole numbers, else a text.
func typed(x any) (any, error) {
	switch c := x.(type) {
	case unit.Fen:
		return strconv.ParseFloat(c.Yuan(), 64)
	case int, int64, string:
		return c, nil
	}
	return fmt.Sprint(x), nil
}
