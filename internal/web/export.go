package web

import (
	"fmt"
	"net/url"

	"corridor/internal/fault"
	"corridor/internal/sheets"
)

const (
	csvType  = "text/csv; charset=utf-8"
	xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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
	As   string // the format that a whole list was asked for in; "" where the page says it
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

// sendPages answers with a list that a room hands over page by page: page gives the cells of the n-th, from 1, and how many
// rows all pages have.
func (v *visit) sendPages(s *sheet, page func(n int) (rows [][]any, total int, err error)) error {
	for n, have := 1, 0; ; n++ {
		rows, total, err := page(n)
		if err != nil {
			return err
		}
		for _, cells := range rows {
			if err := s.put(cells...); err != nil {
				return err
			}
		}
		if have += len(rows); len(rows) == 0 || have >= total {
			return v.send(s)
		}
	}
}

// send answers with the list: CSV in UTF-8 with a mark, so that spreadsheets see that it is, or XLSX.
func (v *visit) send(s *sheet) error { return v.sendAs(s, v.r.URL.Query().Get("format")) }

func (v *visit) sendAs(s *sheet, as string) error {
	format, kind := sheets.Format(as), csvType
	switch format {
	case sheets.CSV:
	case sheets.XLSX:
		kind = xlsxType
	default:
		return fault.New(fault.Invalid, "web.format").On("format")
	}
	b, err := (&sheets.Table{Head: s.Head, Rows: s.rows}).Bytes(format)
	if err != nil {
		return fmt.Errorf("write %s as %s: %w", s.Name, format, err)
	}
	return v.download(s.Name+"."+string(format), kind, b)
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
