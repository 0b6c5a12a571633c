package docx_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"corridor/internal/reader/extract"
	"corridor/internal/web/docx"
)

func TestADocumentIsWholeAndIsReadBack(t *testing.T) {
	var d docx.Document
	d.Title("季度任务公示")
	d.Heading(1, "一、总体")
	d.Text("按期 <29> 项 & \"逾期\" 5 项\x01")
	d.Table([]string{"任务", "牵头"}, [][]string{{"开通预约", "甲方"}, {"只有一格"}})
	b, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	again, err := d.Bytes()
	if err != nil || !bytes.Equal(b, again) {
		t.Errorf("the same content makes other bytes, %v", err)
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		x := xml.NewDecoder(r)
		for {
			if _, err := x.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s is no XML: %v", f.Name, err)
			}
		}
	}
	// A reader of ours that knows nothing of the writer finds every word.
	read, err := extract.Read("a.docx", b, extract.Options{Packed: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"季度任务公示", "一、总体", "按期 <29> 项 & \"逾期\" 5 项", "开通预约", "只有一格"} {
		if !strings.Contains(read.Text, want) {
			t.Errorf("%q is not in the document: %q", want, read.Text)
		}
	}
}
