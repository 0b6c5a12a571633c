package sheets

import (
	"archive/zip"
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
	utf "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Bounds of a spreadsheet: how far it may unfold, and what of it is held in memory at most before it lies on the disk.
const (
	unzipMax     = 4 << 30
	unzipPartMax = 64 << 20
	partsMax     = 10_000
	unfoldsMax   = 250 // times its packed size, of a part that is large
	unfoldsFree  = 32 << 20
)

// Row is a row of a file with something in it.
type Row struct {
	Sheet  string // "" in a CSV
	No     int    // from 1, as a spreadsheet counts
	Cells  []string
	xlsx   bool
	is1904 bool // days count from 1904
}

// ErrNextSheet is what a reader of rows returns to be shown no more of this sheet.
var ErrNextSheet = errors.New("no more of this sheet")

// Read gives each row of a file to row, the visible sheets of an XLSX one after the other. What begins like a zip, or is
// named .xlsx, is read as XLSX, all else as CSV: UTF-8 or UTF-16 with a mark, UTF-8 without one, else GB 18030; separated by
// the comma, tab or semicolon that stands most in the first line. A file with macros, of an old or an encrypted format
// or a broken one is refused with a sentence. The file is read from its beginning, maybe twice.
func Read(name string, file io.ReadSeeker, row func(Row) error) error {
	head := make([]byte, 8)
	n, err := io.ReadFull(file, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	head, name = head[:n], strings.ToLower(name)
	switch {
	case bytes.HasPrefix(head, []byte{0xD0, 0xCF, 0x11, 0xE0}):
		return fault.New(fault.Invalid, "sheets.old").On("file")
	case strings.HasSuffix(name, ".xlsm"), strings.HasSuffix(name, ".xltm"), strings.HasSuffix(name, ".xlsb"):
		return fault.New(fault.Invalid, "sheets.macros").On("file")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), strings.HasSuffix(name, ".xlsx"):
		return readXLSX(file, row)
	}
	return readCSV(file, row)
}

func readXLSX(file io.ReadSeeker, row func(Row) error) error {
	if err := checkParts(file); err != nil {
		return err
	}
	f, err := excelize.OpenReader(file, excelize.Options{RawCellValue: true, UnzipSizeLimit: unzipMax, UnzipXMLSizeLimit: unzipPartMax})
	if err != nil {
		return fault.New(fault.Invalid, "sheets.xlsx").Because(err).On("file")
	}
	defer f.Close()
	props, err := f.GetWorkbookProps()
	if err != nil {
		return fault.New(fault.Invalid, "sheets.xlsx").Because(err).On("file")
	}
	is1904 := props.Date1904 != nil && *props.Date1904
	for _, name := range f.GetSheetList() {
		if visible, err := f.GetSheetVisible(name); err != nil || !visible {
			continue
		}
		if err := readSheet(f, name, is1904, row); err != nil && err != ErrNextSheet {
			return err
		}
	}
	return nil
}

// checkParts looks into the zip for what is not read: programs, and more parts than a workbook has.
func checkParts(file io.ReadSeeker) error {
	at, ok := file.(io.ReaderAt)
	if !ok {
		return nil
	}
	size, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	z, err := zip.NewReader(at, size)
	if err != nil {
		return fault.New(fault.Invalid, "sheets.xlsx").Because(err).On("file")
	}
	if len(z.File) > partsMax {
		return fault.New(fault.TooLarge, "sheets.parts", "most", partsMax).On("file")
	}
	all := uint64(0)
	for _, p := range z.File {
		// What a part says of its size holds: the library reads no byte more.
		if all += p.UncompressedSize64; all > unzipMax || p.UncompressedSize64 > unfoldsFree && p.UncompressedSize64/unfoldsMax > p.CompressedSize64 {
			return fault.New(fault.TooLarge, "sheets.bomb").On("file")
		}
		if strings.HasSuffix(strings.ToLower(p.Name), "vbaproject.bin") || strings.HasPrefix(strings.ToLower(p.Name), "xl/macrosheets/") {
			return fault.New(fault.Invalid, "sheets.macros").On("file")
		}
	}
	return nil
}

func readSheet(f *excelize.File, name string, is1904 bool, row func(Row) error) error {
	broken := func(n int, err error) error {
		return fault.New(fault.Invalid, "sheets.xlsx").Because(fmt.Errorf("%s row %d: %w", name, n, err)).On("file")
	}
	rows, err := f.Rows(name)
	if err != nil {
		return broken(0, err)
	}
	defer rows.Close()
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns()
		if err != nil {
			return broken(n, err)
		}
		if blank(cells) {
			continue
		}
		if err := row(Row{Sheet: name, No: n, Cells: cells, xlsx: true, is1904: is1904}); err != nil {
			return err
		}
	}
	if err := rows.Error(); err != nil {
		return broken(0, err)
	}
	return nil
}

// blank says whether a row has nothing in it.
func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}

func readCSV(file io.ReadSeeker, row func(Row) error) error {
	text, err := decoded(file)
	if err != nil {
		return err
	}
	buffered := bufio.NewReaderSize(text, 1<<20)
	r := csv.NewReader(buffered)
	r.FieldsPerRecord, r.ReuseRecord = -1, true
	r.Comma = separator(buffered)
	for n := 1; ; n++ {
		cells, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			at := n
			if p := (*csv.ParseError)(nil); errors.As(err, &p) {
				at = p.StartLine
			}
			return fault.New(fault.Invalid, "sheets.csv", "row", at).Because(err).On("file")
		}
		if blank(cells) {
			continue
		}
		if err := row(Row{No: n, Cells: cells}); err != nil {
			if err == ErrNextSheet {
				return nil
			}
			return err
		}
	}
}

// Column is the letter of a column of a file, from 0: A, B … AA.
func Column(i int) string {
	letter, err := excelize.ColumnNumberToName(i + 1)
	if err != nil {
		return strconv.Itoa(i + 1)
	}
	return letter
}

// Text is a cell without the spaces around it and what Guard put on.
func (r Row) Text(cell string) string { return Unguard(strings.TrimSpace(cell)) }

// Number is a cell with a number. It undoes what a spreadsheet's binary fraction does to a decimal: 28600000.100000001 is
// 28600000.1, and 2.86E7 is 28600000.
func (r Row) Number(cell string) string {
	cell = r.Text(cell)
	if !r.xlsx || !strings.ContainsAny(cell, ".eE") {
		return cell
	}
	f, err := strconv.ParseFloat(cell, 64)
	if err != nil {
		return cell
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// Day is a cell with a day. It turns a spreadsheet's count of days into a date; what is no such count stays. Eight digits
// are a date already.
func (r Row) Day(cell string) string {
	cell = r.Text(cell)
	n, err := strconv.ParseFloat(cell, 64)
	if !r.xlsx || err != nil || len(cell) == 8 && !strings.Contains(cell, ".") || n < 1 || n > 2_958_465 {
		return cell
	}
	from := unit.Date(1899, 12, 30) // of the counts after 1900-02-28, which a spreadsheet follows by a day that never was
	if r.is1904 {
		from = unit.Date(1904, 1, 1)
	}
	return from.Add(int(n)).String()
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
		return transform.NewReader(file, utf.UTF16(utf.LittleEndian, utf.ExpectBOM).NewDecoder()), nil
	case utf8:
		return transform.NewReader(file, utf.BOMOverride(transform.Nop)), nil
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
