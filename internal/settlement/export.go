package settlement

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strconv"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Allocation writes the file of a released list for the treasury: a line for each payment, then the control total and
// the digest. format is csv or xlsx; encoding, of CSV, is "" for UTF-8 with a mark, or gb18030. The journal keeps who took it.
func (d *Desk) Allocation(ctx context.Context, who access.Actor, id unit.ID, format, encoding string, lang fault.Lang) (name string, content []byte, err error) {
	if err := access.MaySomewhere(who, access.PaymentManage); err != nil {
		return "", nil, err
	}
	if format != "csv" && format != "xlsx" {
		return "", nil, fault.New(fault.Invalid, "settlement.format").On("format")
	}
	if encoding != "" && encoding != "gb18030" || encoding != "" && format != "csv" {
		return "", nil, fault.New(fault.Invalid, "settlement.format").On("encoding")
	}
	var l List
	err = d.c.DB.Act(ctx, func(tx *db.Tx) error {
		if l, err = d.list(ctx, tx, who, access.PaymentManage, id); err != nil {
			return err
		}
		if l.State != "released" {
			return fault.New(fault.Conflict, "settlement.not_released", "list", l.No)
		}
		return d.record(ctx, tx, who, "payments.file", "payments/"+string(id), l.No+" "+format+" "+encoding)
	})
	if err != nil {
		return "", nil, err
	}
	rows := d.allocationRows(l, lang)
	if format == "xlsx" {
		content, err = asXLSX(rows)
	} else {
		content, err = asCSV(rows, encoding)
	}
	if err != nil {
		return "", nil, fmt.Errorf("file of list %s: %w", l.No, err)
	}
	return l.No + "." + format, content, nil
}

// allocationRows are the cells of the file, in the order of the format.
func (d *Desk) allocationRows(l List, lang fault.Lang) [][]string {
	f := d.formats.allocation
	head := make([]string, len(f.Columns))
	for i, c := range f.Columns {
		head[i] = c.Words().In(lang)
	}
	rows := [][]string{head}
	put := func(cells map[string]string) {
		row := make([]string, len(f.Columns))
		for i, c := range f.Columns {
			row[i] = cells[c.ID]
		}
		rows = append(rows, row)
	}
	for _, p := range l.Lines {
		if p.State == "dropped" {
			continue
		}
		put(map[string]string{"line": strconv.Itoa(p.Line), "ref": p.Ref(), "payee": fault.Words(p.PayeeName).In(lang), "code": p.Payee, "bank": p.Bank, "account": p.Account,
			"sum": p.Sum.Yuan(), "use": fault.Words(p.Title).In(lang), "case": p.CaseNo})
	}
	put(map[string]string{"line": fault.Words{f.Total.ZH, f.Total.EN}.In(lang), "payee": strconv.Itoa(l.Payments), "sum": l.Total.Yuan()})
	put(map[string]string{"line": fault.Words{f.Digest.ZH, f.Digest.EN}.In(lang), "payee": l.Digest})
	return rows
}

func asCSV(rows [][]string, encoding string) ([]byte, error) {
	var b bytes.Buffer
	if encoding == "" {
		b.WriteString("\uFEFF")
	}
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	for _, row := range rows {
		for i, c := range row {
			if c != "" && bytes.ContainsRune([]byte("=+-@\t\r"), rune(c[0])) {
				row[i] = "'" + c // or a spreadsheet would take it for a formula
			}
		}
		if err := w.Write(row); err != nil {
			return nil, err
		}
	}
	w.Flush()
	if err := w.Error(); err != nil || encoding == "" {
		return b.Bytes(), err
	}
	return simplifiedchinese.GB18030.NewEncoder().Bytes(b.Bytes())
}

// asXLSX writes every cell as text: a spreadsheet would round an account number.
func asXLSX(rows [][]string) ([]byte, error) {
	x := excelize.NewFile()
	defer x.Close()
	w, err := x.NewStreamWriter(x.GetSheetName(0))
	if err != nil {
		return nil, err
	}
	for n, row := range rows {
		cells := make([]any, len(row))
		for i, c := range row {
			cells[i] = c
		}
		if err := w.SetRow("A"+strconv.Itoa(n+1), cells); err != nil {
			return nil, err
		}
	}
	if err := w.Flush(); err != nil {
		return nil, err
	}
	b, err := x.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Template is an empty file with the columns that a bank's file is read by.
func (d *Desk) Template(kind string, lang fault.Lang) ([]byte, error) {
	for _, f := range []Format{d.formats.answers, d.formats.receipts} {
		if f.ID == kind {
			head := make([]string, len(f.Columns))
			for i, c := range f.Columns {
				head[i] = c.Words().In(lang)
			}
			return asXLSX([][]string{head})
		}
	}
	return nil, fault.New(fault.NotFound, "settlement.unknown")
}
