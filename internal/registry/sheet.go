package registry

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"corridor/internal/fault"
	"corridor/internal/sheets"
	"corridor/internal/unit"
)

// Bounds of a spreadsheet: how far it may unfold, and what of it is held in memory at most before it lies on the disk.
const (
	unzipMax     = 4 << 30
	unzipPartMax = 64 << 20
	columnsMax   = 200
	headerRows   = 10 // rows in which the names of the columns are looked for
)

// place is where a row stands.
type place struct {
	sheet string
	row   int
}

// sheet knows which column of a file is which of the table.
type sheet struct {
	name    string
	xlsx    bool
	is1904  bool     // days count from 1904
	headers []string // of the file
	columns []int    // by column of the file: that of the table, -1 for none
	units   []string // by column of the file: 万, 亿 or ""
}

// where names a column of the table as the file does.
func (s *sheet) where(col int) (letter, header string) {
	for i, c := range s.columns {
		if c == col {
			letter, err := excelize.ColumnNumberToName(i + 1)
			if err != nil {
				letter = strconv.Itoa(i + 1)
			}
			return letter, s.headers[i]
		}
	}
	return "", ""
}

// readSheets calls row for each row with something in it, and unknown for each column that is no column of the table.
func readSheets(in Import, t table, row func(s *sheet, n int, cells []string) error, unknown func(string)) error {
	if strings.HasSuffix(strings.ToLower(in.Name), ".xlsx") {
		return readXLSX(in.File, t, row, unknown)
	}
	return readCSV(in.File, t, row, unknown)
}

// heads finds which columns a row of headers names. found is false when it names none of the needed ones.
func heads(s *sheet, t table, cells []string, unknown func(string)) (found bool, err error) {
	s.headers = slices.Clone(cells[:min(len(cells), columnsMax)])
	s.columns, s.units = make([]int, len(s.headers)), make([]string, len(s.headers))
	there := make([]bool, len(t.columns))
	var left []string
	for i, h := range s.headers {
		s.columns[i] = -1
		for c, col := range t.columns {
			if u, fits := col.named(h); fits && !there[c] {
				s.columns[i], s.units[i], there[c] = c, u, true
				break
			}
		}
		if s.columns[i] < 0 && strings.TrimSpace(h) != "" {
			left = append(left, strings.Trim(s.name+"!"+h, "!"))
		}
	}
	if !slices.Contains(there, true) || !there[0] {
		return false, nil
	}
	for c, col := range t.columns {
		if col.needed && !there[c] {
			return true, fault.New(fault.Invalid, "registry.column_missing", "column", fault.Words{col.zh, col.en}, "sheet", s.name).On(col.id)
		}
	}
	for _, h := range left {
		unknown(h)
	}
	return true, nil
}

// named says whether a header is this column's, and in which unit it says that money stands.
func (c column) named(header string) (unit string, fits bool) {
	h := plain(header)
	for _, name := range append([]string{c.id, c.zh, c.en}, c.also...) {
		if h == plain(name) {
			return "", true
		}
		if rest, begins := strings.CutPrefix(h, plain(name)); begins && c.shape == isMoney {
			switch rest {
			case "元", "人民币元":
				return "", true
			case "万元", "人民币万元":
				return "万", true
			case "亿元", "人民币亿元":
				return "亿", true
			}
		}
	}
	return "", false
}

// tidy is a cell as the table reads it: spaces off, and of a spreadsheet's number what its writer saw.
func (s *sheet) tidy(c column, cell, money string) string {
	cell = sheets.Unguard(strings.TrimSpace(cell)) // as Export guards it
	if s.xlsx && cell != "" {
		switch c.shape {
		case isDay:
			cell = s.dayOf(cell)
		case isMoney, isCount:
			cell = number(cell)
		}
	}
	if cell != "" && money != "" {
		cell += money
	}
	return cell
}

// number undoes what a binary fraction does to a decimal: 28600000.100000001 is 28600000.1, and 2.86E7 is 28600000.
func number(cell string) string {
	f, err := strconv.ParseFloat(cell, 64)
	if err != nil || !strings.ContainsAny(cell, ".eE") {
		return cell
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// dayOf turns a spreadsheet's count of days into a date; what is no such count stays. Eight digits are a date already.
func (s *sheet) dayOf(cell string) string {
	n, err := strconv.ParseFloat(cell, 64)
	if err != nil || len(cell) == 8 && !strings.Contains(cell, ".") || n < 1 || n > 2_958_465 {
		return cell
	}
	from := unit.Date(1899, 12, 30) // of the counts after 1900-02-28, which a spreadsheet follows by a day that never was
	if s.is1904 {
		from = unit.Date(1904, 1, 1)
	}
	return from.Add(int(n)).String()
}

// blank says whether a row has nothing in it.
func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}

func readXLSX(file io.Reader, t table, row func(*sheet, int, []string) error, unknown func(string)) error {
	f, err := excelize.OpenReader(file, excelize.Options{RawCellValue: true, UnzipSizeLimit: unzipMax, UnzipXMLSizeLimit: unzipPartMax})
	if err != nil {
		return fault.New(fault.Invalid, "registry.import_xlsx").Because(err)
	}
	defer f.Close()
	props, err := f.GetWorkbookProps()
	if err != nil {
		return fault.New(fault.Invalid, "registry.import_xlsx").Because(err)
	}
	some := false
	for _, name := range f.GetSheetList() {
		if visible, err := f.GetSheetVisible(name); err != nil || !visible {
			continue
		}
		s := &sheet{name: name, xlsx: true, is1904: props.Date1904 != nil && *props.Date1904}
		found, err := readOneSheet(f, s, t, row, unknown)
		if err != nil {
			return err
		}
		some = some || found
	}
	if !some {
		return noHeader(t)
	}
	return nil
}

func readOneSheet(f *excelize.File, s *sheet, t table, row func(*sheet, int, []string) error, unknown func(string)) (found bool, err error) {
	rows, err := f.Rows(s.name)
	if err != nil {
		return false, fault.New(fault.Invalid, "registry.import_xlsx").Because(err)
	}
	defer rows.Close()
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns()
		if err != nil {
			return found, fault.New(fault.Invalid, "registry.import_xlsx").Because(fmt.Errorf("%s row %d: %w", s.name, n, err))
		}
		switch {
		case blank(cells):
		case !found:
			if found, err = heads(s, t, cells, unknown); err != nil {
				return found, err
			}
			if !found && n >= headerRows {
				return false, nil
			}
		default:
			if err := row(s, n, cells); err != nil {
				return found, err
			}
		}
	}
	if err := rows.Error(); err != nil {
		return found, fault.New(fault.Invalid, "registry.import_xlsx").Because(err)
	}
	return found, nil
}

func noHeader(t table) error {
	c := t.columns[0]
	return fault.New(fault.Invalid, "registry.column_missing", "column", fault.Words{c.zh, c.en}, "sheet", "").On(c.id)
}

func readCSV(file io.ReadSeeker, t table, row func(*sheet, int, []string) error, unknown func(string)) error {
	text, err := decoded(file)
	if err != nil {
		return err
	}
	buffered := bufio.NewReaderSize(text, 1<<20)
	r := csv.NewReader(buffered)
	r.FieldsPerRecord, r.ReuseRecord = -1, true
	r.Comma = separator(buffered)
	s := &sheet{}
	found := false
	for n := 1; ; n++ {
		cells, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			at := n
			if p := (*csv.ParseError)(nil); errors.As(err, &p) {
				at = p.StartLine
			}
			return fault.New(fault.Invalid, "registry.import_csv", "row", at).Because(err)
		}
		switch {
		case blank(cells):
		case !found:
			if found, err = heads(s, t, cells, unknown); err != nil {
				return err
			}
			if !found && n >= headerRows {
				return noHeader(t)
			}
		default:
			if err := row(s, n, cells); err != nil {
				return err
			}
		}
	}
	if !found {
		return noHeader(t)
	}
	return nil
}

// separator is the sign that stands most often in the first line: comma, tab or semicolon.
func separator(r *bufio.Reader) rune {
	head, _ := r.Peek(4096) // a shorter file is no error here
	if i := bytes.IndexByte(head, '\n'); i >= 0 {
		head = head[:i]
	}
	best := ','
	for _, c := range "\t;" {
		if bytes.Count(head, []byte(string(c))) > bytes.Count(head, []byte(string(best))) {
			best = c
		}
	}
	return best
}

// decoded reads UTF-8 with or without a mark, UTF-16 with one, and else GB 18030, in which spreadsheets in China write
// CSV. The whole file is looked at, because a name far down may be the first that is not ASCII.
func decoded(file io.ReadSeeker) (io.Reader, error) {
	head := make([]byte, 2)
	n, err := io.ReadFull(file, head)
	if err != nil && n < 2 && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	utf16 := n == 2 && (head[0] == 0xFF && head[1] == 0xFE || head[0] == 0xFE && head[1] == 0xFF)
	utf8 := false
	if !utf16 {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		if utf8, err = isUTF8(file); err != nil {
			return nil, err
		}
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	switch {
	case utf16:
		return transform.NewReader(file, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder()), nil
	case utf8:
		return transform.NewReader(file, unicode.BOMOverride(transform.Nop)), nil
	}
	return transform.NewReader(file, simplifiedchinese.GB18030.NewDecoder()), nil
}

func isUTF8(r io.Reader) (bool, error) {
	buf := make([]byte, 1<<20)
	keep := 0
	for {
		n, err := r.Read(buf[keep:])
		b := buf[:keep+n]
		for len(b) > 0 {
			c, size := utf8.DecodeRune(b)
			if c == utf8.RuneError && size == 1 {
				if err == nil && !utf8.FullRune(b) {
					break // cut at the end of what was read
				}
				return false, nil
			}
			b = b[size:]
		}
		keep = copy(buf, b)
		if err == io.EOF {
			return keep == 0, nil
		}
		if err != nil {
			return false, err
		}
	}
}
