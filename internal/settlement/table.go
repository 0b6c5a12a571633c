package settlement

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"corridor/internal/fault"
)

// table is a file of the bank, read against its format.
type table struct {
	sheet   string
	rows    []tableRow
	at      map[string]int // column of the file, by the format's id
	heads   []string
	Unknown []string // columns that the format does not name
}

type tableRow struct {
	no    int // in the file, from 1
	cells map[string]string
}

// BadCell is a cell that cannot be taken, and why.
type BadCell struct {
	Sheet  string
	Row    int
	Column string // its letters; "" where the file has no such column
	Header string
	Text   string
	Fault  *fault.Error
}

// bad names a cell of a row.
func (t *table) bad(r tableRow, column string, f *fault.Error) BadCell {
	b := BadCell{Sheet: t.sheet, Row: r.no, Text: r.cells[column], Fault: f}
	if at, there := t.at[column]; there {
		b.Column, _ = excelize.ColumnNumberToName(at + 1) // a column that was read has a name
		b.Header = t.heads[at]
	}
	return b
}

// readTable reads a CSV (UTF-8 or GB 18030) or XLSX file. A row of totals, which names no reference, is left out.
func readTable(f Format, name string, content []byte) (*table, error) {
	if len(content) > fileBytesMax {
		return nil, fault.New(fault.TooLarge, "settlement.file_large", "mib", fileBytesMax>>20).On("file")
	}
	var rows [][]string
	var sheet string
	var err error
	if strings.HasSuffix(strings.ToLower(name), ".xlsx") {
		sheet, rows, err = xlsxRows(content)
	} else {
		rows, err = csvRows(content)
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "settlement.file_form").On("file").Because(err)
	}
	if len(rows) > fileRowsMax {
		return nil, fault.New(fault.TooLarge, "settlement.file_rows", "most", fileRowsMax).On("file")
	}
	t := &table{sheet: sheet, at: map[string]int{}}
	for i, cells := range rows {
		if len(t.at) == 0 {
			if i < headRows {
				t.head(f, cells)
			}
			continue
		}
		r := tableRow{no: i + 1, cells: map[string]string{}}
		for id, at := range t.at {
			if at < len(cells) {
				r.cells[id] = strings.TrimPrefix(strings.TrimSpace(cells[at]), "'")
			}
		}
		if r.cells["ref"] != "" || r.cells["result"] != "" || r.cells["bank_ref"] != "" {
			t.rows = append(t.rows, r)
		}
	}
	if c, lacks := f.lacks(t.at); lacks {
		return nil, fault.New(fault.Invalid, "settlement.column_missing", "column", c.Words()).On("file")
	}
	return t, nil
}

// head takes a row as the names of the columns if it names all that are needed.
func (t *table) head(f Format, cells []string) {
	at := map[string]int{}
	var unknown []string
	for i, h := range cells {
		id := f.columnOf(h)
		if _, twice := at[id]; id != "" && !twice {
			at[id] = i
		} else if strings.TrimSpace(h) != "" {
			unknown = append(unknown, strings.TrimSpace(h))
		}
	}
	if _, lacks := f.lacks(at); lacks {
		return
	}
	t.at, t.heads, t.Unknown = at, cells, unknown
}

func (f Format) columnOf(header string) string {
	for _, c := range f.Columns {
		for _, name := range append([]string{c.ID, c.ZH, c.EN}, c.Also...) {
			if same(name, header) {
				return c.ID
			}
		}
	}
	return ""
}

func csvRows(content []byte) ([][]string, error) {
	content = bytes.TrimPrefix(content, []byte("\uFEFF"))
	if !utf8.Valid(content) {
		var err error
		if content, err = simplifiedchinese.GB18030.NewDecoder().Bytes(content); err != nil {
			return nil, err
		}
	}
	first := bytes.Join(bytes.SplitN(content, []byte("\n"), headRows+1)[:min(headRows, bytes.Count(content, []byte("\n"))+1)], nil) // the head may stand below a title
	r := csv.NewReader(bytes.NewReader(content))
	r.FieldsPerRecord = -1
	if bytes.Count(first, []byte("\t")) > bytes.Count(first, []byte(",")) {
		r.Comma = '\t'
	}
	return r.ReadAll()
}

func xlsxRows(content []byte) (sheet string, rows [][]string, err error) {
	x, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{RawCellValue: true, UnzipSizeLimit: unzipMax, UnzipXMLSizeLimit: unzipMax})
	if err != nil {
		return "", nil, err
	}
	defer x.Close()
	all := x.GetSheetList()
	if len(all) == 0 {
		return "", nil, errors.New("no sheet")
	}
	rows, err = x.GetRows(all[0], excelize.Options{RawCellValue: true})
	for _, row := range rows {
		for i, c := range row {
			row[i] = decimal(c)
		}
	}
	return all[0], rows, err
}

// decimal undoes what a binary fraction does to a number that a spreadsheet keeps.
func decimal(cell string) string {
	if !strings.ContainsAny(cell, ".eE") {
		return cell
	}
	f, err := strconv.ParseFloat(cell, 64)
	if err != nil {
		return cell
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}
