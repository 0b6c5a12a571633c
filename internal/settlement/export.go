package settlement

import (
	"context"
	"fmt"
	"strconv"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/sheets"
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
	as := sheets.Format(format)
	if encoding != "" {
		as = sheets.CSVGB
	}
	if content, err = d.allocationTable(l, lang).Bytes(as); err != nil {
		return "", nil, fmt.Errorf("file of list %s: %w", l.No, err)
	}
	return l.No + "." + format, content, nil
}

// allocationTable is the file in the order of the format. Every cell is a text: a spreadsheet would round an account
// number, and a sum is given with both decimals.
func (d *Desk) allocationTable(l List, lang fault.Lang) *sheets.Table {
	f := d.formats.allocation
	t := &sheets.Table{Head: f.head(lang)}
	put := func(cells map[string]string) {
		row := make([]string, len(f.Columns))
		for i, c := range f.Columns {
			row[i] = cells[c.ID]
		}
		t.Put(sheets.Texts(row)...)
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
	return t
}

// Template is an empty file with the columns that a bank's file is read by.
func (d *Desk) Template(kind string, lang fault.Lang) ([]byte, error) {
	for _, f := range []Format{d.formats.answers, d.formats.receipts} {
		if f.ID == kind {
			return (&sheets.Table{Head: f.head(lang)}).Bytes(sheets.XLSX)
		}
	}
	return nil, fault.New(fault.NotFound, "settlement.unknown")
}
