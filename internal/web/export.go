package web

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// exportRowsMax is the largest list that is handed out as a file; who wants more narrows it.
const exportRowsMax = 100_000

// exportView is the links under a list that hand it out, whole and as it is narrowed, for a spreadsheet.
type exportView struct{ CSV, XLSX string }

// exports are the links for the page that is asked for.
func (v *visit) exports() exportView {
	at := func(format string) string {
		q := v.r.URL.Query()
		for _, word := range []string{"after", "before", "page", "done", "lang"} {
			q.Del(word)
		}
		q.Set("format", format)
		return v.r.URL.Path + "?" + q.Encode()
	}
	return exportView{at("csv"), at("xlsx")}
}

// wantsFile says whether the list was asked for as a file.
func (v *visit) wantsFile() bool { return v.r.URL.Query().Has("format") }

// sheet is a list as it is written into a file. A cell is a text, a whole number, money, a day or a time.
type sheet struct {
	Name string // of the file, without its ending
	Head []string
	rows [][]any
}

// put adds a row; it refuses a list that is too long.
func (s *sheet) put(cells ...any) error {
	if len(s.rows) >= exportRowsMax {
		return fault.New(fault.TooLarge, "web.export_rows", "most", exportRowsMax)
	}
	s.rows = append(s.rows, cells)
	return nil
}

// send answers with the list: CSV in UTF-8 with a mark, so that spreadsheets see that it is, or XLSX.
func (v *visit) send(s *sheet) error {
	var b bytes.Buffer
	switch v.r.URL.Query().Get("format") {
	case "csv":
		if err := s.csv(&b); err != nil {
			return fmt.Errorf("write %s as CSV: %w", s.Name, err)
		}
		return v.download(s.Name+".csv", "text/csv; charset=utf-8", b.Bytes())
	case "xlsx":
		if err := s.xlsx(&b); err != nil {
			return fmt.Errorf("write %s as XLSX: %w", s.Name, err)
		}
		return v.download(s.Name+".xlsx", xlsxType, b.Bytes())
	}
	return fault.New(fault.Invalid, "web.format").On("format")
}

// cellText is a cell as text: money in yuan with two decimals.
func cellText(x any) string {
	switch c := x.(type) {
	case unit.Fen:
		return c.Yuan()
	case string:
		return c
	}
	return fmt.Sprint(x)
}

func (s *sheet) csv(b *bytes.Buffer) error {
	b.WriteString("\uFEFF")
	w := csv.NewWriter(b)
	w.UseCRLF = true
	if err := w.Write(s.Head); err != nil {
		return err
	}
	for _, row := range s.rows {
		cells := make([]string, len(row))
		for i, x := range row {
			cells[i] = cellText(x)
			if text, ok := x.(string); ok && text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
				cells[i] = "'" + text // or a spreadsheet would take it for a formula
			}
		}
		if err := w.Write(cells); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

func (s *sheet) xlsx(b *bytes.Buffer) error {
	f := excelize.NewFile()
	defer f.Close()
	w, err := f.NewStreamWriter(f.GetSheetName(0))
	if err != nil {
		return err
	}
	head := make([]any, len(s.Head))
	for i, h := range s.Head {
		head[i] = h
	}
	for n, row := range append([][]any{head}, s.rows...) {
		cells := make([]any, len(row))
		for i, x := range row {
			switch c := x.(type) {
			case unit.Fen: // a number of yuan; below 10^13 yuan a float holds every fen
				if cells[i], err = strconv.ParseFloat(c.Yuan(), 64); err != nil {
					return err
				}
			case int, int64:
				cells[i] = c
			default:
				cells[i] = cellText(x)
			}
		}
		if err := w.SetRow("A"+strconv.Itoa(n+1), cells); err != nil {
			return err
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Write(b)
}

// filterLink is the address of a list narrowed by one more word, all else kept but the place in it.
func (v *visit) filterLink(name, value string) string {
	q := url.Values{}
	for k, all := range v.r.URL.Query() {
		if k != "after" && k != "before" && k != "page" && k != "done" && k != "lang" {
			q[k] = all
		}
	}
	q.Set(name, value)
	if value == "" {
		q.Del(name)
	}
	if len(q) == 0 {
		return v.r.URL.Path
	}
	return v.r.URL.Path + "?" + q.Encode()
}
