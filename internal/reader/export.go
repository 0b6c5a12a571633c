package reader

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/reader/extract"
	"corridor/internal/sheets"
	"corridor/internal/unit"
)

// Format is how facts are written to be kept.
type Format string

const (
	JSON Format = "json" // the contract of `corridor read --json`, with what persons made of it
	CSV  Format = Format(sheets.CSV)
	XLSX Format = Format(sheets.XLSX)
)

// columns of a table of facts, with their heading.
var columns = []struct {
	words fault.Words
	of    func(Finding) string
}{
	{fault.Words{"编号", "no"}, func(f Finding) string { return strconv.Itoa(f.No) }},
	{fault.Words{"类别", "kind"}, func(f Finding) string { return string(f.Kind) }},
	{fault.Words{"状态", "state"}, func(f Finding) string { return string(f.State) }},
	{fault.Words{"原文", "quote"}, func(f Finding) string { return f.Quote }},
	{fault.Words{"起", "from"}, func(f Finding) string { return strconv.Itoa(f.From) }},
	{fault.Words{"止", "to"}, func(f Finding) string { return strconv.Itoa(f.To) }},
	{fault.Words{"名称或指标", "name or indicator"}, func(f Finding) string {
		switch {
		case f.Figure != nil:
			return f.Figure.Indicator
		case f.Agreement != nil:
			return f.Agreement.Kind
		}
		return f.Name
	}},
	{fault.Words{"谁的或签约方", "whose or parties"}, func(f Finding) string {
		switch {
		case f.Figure != nil:
			return f.Figure.Subject
		case f.Agreement != nil:
			return strings.Join(f.Agreement.Parties, "; ")
		}
		return f.Issuer
	}},
	{fault.Words{"数值", "value"}, figureCell(func(x *extract.Figure) string { return number(x.Value) })},
	{fault.Words{"上限", "upper end"}, figureCell(func(x *extract.Figure) string {
		if x.ValueMax == nil {
			return ""
		}
		return number(*x.ValueMax)
	})},
	{fault.Words{"单位", "unit"}, figureCell(func(x *extract.Figure) string { return x.Unit })},
	{fault.Words{"量词", "measure word"}, figureCell(func(x *extract.Figure) string { return x.Counter })},
	{fault.Words{"精确程度", "approx"}, figureCell(func(x *extract.Figure) string { return x.Approx })},
	{fault.Words{"期间或日期", "period or day"}, func(f Finding) string {
		switch {
		case f.Figure != nil:
			return text(f.Figure.Period)
		case f.Agreement != nil:
			return text(f.Agreement.Date)
		}
		return f.Date
	}},
	{fault.Words{"职务", "role"}, func(f Finding) string { return f.Role }},
	{fault.Words{"内容", "about"}, func(f Finding) string {
		if f.Agreement == nil {
			return ""
		}
		return f.Agreement.About
	}},
	{fault.Words{"理由", "reason"}, func(f Finding) string { return f.Reason }},
	{fault.Words{"核定", "decided by"}, func(f Finding) string { return f.By }},
	{fault.Words{"句子", "sentence"}, func(f Finding) string { return f.Sentence }},
}

func figureCell(of func(*extract.Figure) string) func(Finding) string {
	return func(f Finding) string {
		if f.Figure == nil {
			return ""
		}
		return of(f.Figure)
	}
}

// Export writes the facts of a document: all but the rejected ones in the contract, all of them in a table.
func (k *Desk) Export(ctx context.Context, id unit.ID, f Format, lang fault.Lang) (content []byte, d Document, err error) {
	var finds []Finding
	var all []Paragraph
	var drawn string
	err = k.c.DB.Read(ctx, func(tx *db.Tx) error {
		if d, err = selectDocument(ctx, tx, id); err != nil {
			return err
		}
		if drawn, err = selectText(ctx, tx, id); err != nil {
			return err
		}
		if finds, err = selectFindings(ctx, tx, id); err != nil {
			return err
		}
		all, err = selectParagraphs(ctx, tx, id)
		return err
	})
	if err != nil {
		return nil, d, err
	}
	switch f {
	case JSON:
		out := contract(d, finds, all)
		out.Text = drawn
		content, err = json.MarshalIndent(out, "", " ")
	case CSV, XLSX:
		t := sheets.Table{Title: "facts", Head: headings(lang)}
		for _, f := range finds {
			t.Put(sheets.Texts(cells(f))...) // a value keeps its digits
		}
		content, err = t.Bytes(sheets.Format(f))
	default:
		err = fault.New(fault.Invalid, "reader.export_format", "format", string(f)).On("format")
	}
	return content, d, err
}

// contract is a document as `corridor read --json` prints it, made of what stands in the review.
func contract(d Document, finds []Finding, paragraphs []Paragraph) extract.Document {
	out := extract.Document{File: d.Name, SHA256: d.Digest, Format: d.Format, Encoding: d.Encoding, Articles: []extract.Article{},
		Noise: orNone(d.Noise), Repairs: orNone(d.Repairs), Warnings: orNone(d.Warnings), Mends: d.Mends}
	maybe := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	for _, h := range d.Articles {
		out.Articles = append(out.Articles, extract.Article{Title: h.Title, Publisher: maybe(h.Publisher), Date: maybe(h.Date), EventDate: maybe(h.EventDate), Kind: h.Kind,
			Paragraphs: []extract.Paragraph{}, Figures: []extract.Figure{}, Agreements: []extract.Agreement{}, Policies: []extract.Policy{},
			Organisations: []extract.Name{}, People: []extract.Person{}, Places: []extract.Place{}})
	}
	at := func(i int) *extract.Article {
		for len(out.Articles) <= i {
			out.Articles = append(out.Articles, extract.Article{})
		}
		return &out.Articles[i]
	}
	for _, p := range paragraphs {
		a := at(p.Article)
		a.Paragraphs = append(a.Paragraphs, extract.Paragraph{Text: p.Text, Span: extract.Span{p.From, p.To}, Heading: p.Heading})
	}
	for _, f := range finds {
		if f.State == Rejected {
			continue
		}
		a, span := at(f.Article), extract.Span{f.From, f.To}
		switch f.Kind {
		case Agreement:
			a.Agreements = append(a.Agreements, *f.Agreement)
		case Figure:
			a.Figures = append(a.Figures, *f.Figure)
		case Policy:
			a.Policies = append(a.Policies, extract.Policy{Name: f.Name, Issuer: maybe(f.Issuer), Date: maybe(f.Date), Alias: strings.Join(f.Others, " "), Span: span})
		case Organisation:
			a.Organisations = append(a.Organisations, extract.Name{Name: f.Name, Aliases: f.Others, Span: span})
		case Person:
			a.People = append(a.People, extract.Person{Name: f.Name, Role: f.Role, Span: span})
		case Place:
			a.Places = append(a.Places, extract.Place{Name: f.Name, Code: f.Code, Span: span})
		}
	}
	return out
}

func orNone[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

func cells(f Finding) (row []string) {
	for _, c := range columns {
		row = append(row, c.of(f))
	}
	return row
}

func headings(lang fault.Lang) (row []string) {
	for _, c := range columns {
		row = append(row, c.words.In(lang))
	}
	return row
}
