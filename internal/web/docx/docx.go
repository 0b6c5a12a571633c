// Package docx writes plain word-processing documents (ECMA-376 WordprocessingML, the transitional form that every word
// processor reads): a title, headings, paragraphs and tables, with the styles that they need and nothing else.
//
// What it writes is whole and well formed: texts are escaped, characters that XML does not allow are left out, and the
// same content makes the same bytes, because no time is written into it. It reads nothing and embeds no picture, field or
// macro. A library was not taken: those for Go are either bound by another licence or write far more than is needed here.
package docx

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"strconv"
	"strings"
)

// Document is a document being written. The zero value is empty and ready to use.
type Document struct {
	body  strings.Builder
	title string
}

// Title sets the first line.
func (d *Document) Title(text string) {
	d.title = text
	d.para("Title", text)
}

// Heading adds a heading; level is 1 or 2.
func (d *Document) Heading(level int, text string) { d.para("Heading"+strconv.Itoa(level), text) }

// Text adds a paragraph.
func (d *Document) Text(text string) { d.para("", text) }

// Item adds a line of a list.
func (d *Document) Item(text string) { d.para("", "· "+text) }

func (d *Document) para(style, text string) {
	d.body.WriteString("<w:p>")
	if style != "" {
		d.body.WriteString(`<w:pPr><w:pStyle w:val="` + style + `"/></w:pPr>`)
	}
	d.run(text, false)
	d.body.WriteString("</w:p>")
}

func (d *Document) run(text string, bold bool) {
	for i, line := range strings.Split(text, "\n") {
		d.body.WriteString("<w:r>")
		if bold {
			d.body.WriteString("<w:rPr><w:b/></w:rPr>")
		}
		if i > 0 {
			d.body.WriteString("<w:br/>")
		}
		d.body.WriteString(`<w:t xml:space="preserve">` + escaped(line) + "</w:t></w:r>")
	}
}

// Table adds a table with a head that stands on every page. A row that is shorter than the head is filled up.
func (d *Document) Table(head []string, rows [][]string) {
	d.body.WriteString(`<w:tbl><w:tblPr><w:tblStyle w:val="Grid"/><w:tblW w:w="5000" w:type="pct"/></w:tblPr><w:tblGrid>`)
	for range head {
		d.body.WriteString("<w:gridCol/>")
	}
	d.body.WriteString("</w:tblGrid>")
	d.row(head, len(head), true)
	for _, r := range rows {
		d.row(r, len(head), false)
	}
	d.body.WriteString("</w:tbl><w:p/>")
}

func (d *Document) row(cells []string, n int, head bool) {
	d.body.WriteString("<w:tr><w:trPr><w:cantSplit/>")
	if head {
		d.body.WriteString("<w:tblHeader/>")
	}
	d.body.WriteString("</w:trPr>")
	for i := range n {
		d.body.WriteString("<w:tc><w:tcPr/><w:p>")
		if i < len(cells) {
			d.run(cells[i], head)
		}
		d.body.WriteString("</w:p></w:tc>")
	}
	d.body.WriteString("</w:tr>")
}

// escaped is a text as XML has it; what XML does not allow is left out.
func escaped(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, s)
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer takes everything
	return b.String()
}

const (
	head = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	word = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"`
)

// Bytes is the whole file.
func (d *Document) Bytes() ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", head + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`},
		{"_rels/.rels", head + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="r2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`},
		{"docProps/core.xml", head + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>` + escaped(d.title) + `</dc:title></cp:coreProperties>`},
		{"word/_rels/document.xml.rels", head + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`},
		{"word/styles.xml", head + styles},
		{"word/document.xml", head + `<w:document ` + word + `><w:body>` + d.body.String() + `<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1247" w:bottom="1440" w:left="1247" w:header="720" w:footer="720" w:gutter="0"/></w:sectPr></w:body></w:document>`},
	} {
		w, err := z.Create(part.name)
		if err != nil {
			return nil, err
		}
		if _, err := w.Write([]byte(part.text)); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// styles are those of a Chinese official document: Song for the text, Hei for headings.
const styles = `<w:styles ` + word + `><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="宋体"/><w:sz w:val="22"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="80" w:line="300" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>` +
	`<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:pPr><w:jc w:val="center"/><w:spacing w:after="240"/></w:pPr><w:rPr><w:rFonts w:eastAsia="黑体"/><w:b/><w:sz w:val="36"/></w:rPr></w:style>` +
	`<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:pPr><w:keepNext/><w:spacing w:before="240"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:rFonts w:eastAsia="黑体"/><w:b/><w:sz w:val="28"/></w:rPr></w:style>` +
	`<w:style w:type="paragraph" w:styleId="Heading2"><w:name w:val="heading 2"/><w:pPr><w:keepNext/><w:outlineLvl w:val="1"/></w:pPr><w:rPr><w:rFonts w:eastAsia="黑体"/><w:b/><w:sz w:val="24"/></w:rPr></w:style>` +
	`<w:style w:type="table" w:styleId="Grid"><w:name w:val="Table Grid"/><w:tblPr><w:tblBorders><w:top w:val="single" w:sz="4"/><w:left w:val="single" w:sz="4"/><w:bottom w:val="single" w:sz="4"/><w:right w:val="single" w:sz="4"/><w:insideH w:val="single" w:sz="4"/><w:insideV w:val="single" w:sz="4"/></w:tblBorders><w:tblCellMar><w:left w:w="80" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style></w:styles>`
