package web

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
	"corridor/schemes"
)

// testFirm is a well-formed code that is given to nobody.
const testFirm = "91340100MA0DEMQ19B"

// packWithFiles is the pack of the program with fields for files and a repeated group in its form.
func packWithFiles(t testing.TB) *scheme.Scheme {
	t.Helper()
	const dir = "cn-340000/voucher/2026"
	all := fstest.MapFS{}
	for _, name := range []string{"scheme.yaml", "form.yaml", "tests.yaml", "README.md"} {
		b, err := schemes.FS.ReadFile(dir + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if name == "form.yaml" {
			b = append(b, `  - words: [附件, Files]
    fields:
      report:  {type: file,  by: applicant, zh: 报告, en: Report}
      samples: {type: files, by: applicant, zh: 照片, en: Photographs}
      lines:
        type: group
        by: applicant
        zh: 明细
        en: Lines
        fields:
          sum:   {type: money, zh: 金额, en: Sum}
          proof: {type: file,  zh: 凭据, en: Proof}
          maker: {type: org,   zh: 厂商, en: Maker}
          place: {type: region, zh: 地点, en: Place}
`...)
		}
		all[dir+"/"+name] = &fstest.MapFile{Data: b}
	}
	s, problems := scheme.Load(all, dir)
	if len(problems) > 0 {
		t.Fatal(problems[0])
	}
	return s
}

// sent is a file of a form.
type sent struct{ field, name, content string }

// upload sends a form with files as a browser does from our own page.
func (h *house) upload(path, token string, fields url.Values, files ...sent) *httptest.ResponseRecorder {
	h.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, values := range fields {
		for _, v := range values {
			_ = w.WriteField(name, v)
		}
	}
	for _, f := range files {
		part, err := w.CreateFormFile(f.field, f.name)
		if err != nil {
			h.t.Fatal(err)
		}
		_, _ = part.Write([]byte(f.content))
	}
	_ = w.Close()
	return h.ask("POST", path, token, &b, "Content-Type", w.FormDataContentType(), "Sec-Fetch-Site", "same-origin")
}

// firm registers an organisation and signs in somebody who acts for it.
func (h *house) firm() (token string, who access.Actor) {
	h.t.Helper()
	ctx := context.Background()
	admin, err := h.c.Access.Session(ctx, h.person("", "node_admin", ""))
	if err != nil {
		h.t.Fatal(err)
	}
	err = h.c.DB.Act(ctx, func(tx *db.Tx) error {
		return h.c.Registry.Put(ctx, tx, admin, registry.Org{Code: testFirm, Name: fault.Words{"演示企业", "Demonstration firm"}, Kind: "firm",
			Region: "340100", Founded: unit.Date(2019, 5, 20), Home: "340000", Synthetic: true})
	})
	if err != nil {
		h.t.Fatal(err)
	}
	token = h.person("firm@node.example", "org_admin", testFirm)
	if who, err = h.c.Access.Session(ctx, token); err != nil {
		h.t.Fatal(err)
	}
	return token, who
}

var keptFiles = regexp.MustCompile(`name="f\.([a-z0-9.]+)\.kept" value="([0-9a-f]{64})"`)

// held are the files that a page's form holds: field and digest.
func held(w *httptest.ResponseRecorder) url.Values {
	out := url.Values{}
	for _, m := range keptFiles.FindAllStringSubmatch(w.Body.String(), -1) {
		out.Add("f."+m[1]+".kept", m[2])
	}
	return out
}

func TestFilesOfACaseAreBroughtInKeptReplacedAndTakenOut(t *testing.T) {
	h := open(t)
	token, who := h.firm()
	c, err := h.c.Cases.Create(context.Background(), who, "voucher", testFirm, "")
	if err != nil {
		t.Fatal(err)
	}
	page, form := "/cases/"+string(c.ID), "/cases/"+string(c.ID)+"/form"
	h.wants(h.ask("GET", page, token, nil), 200, `type="file" id="f-report"`, `name="f.samples" multiple`, `name="f.lines.more"`)

	// Another field is wrong: what is right is saved, and no file has to be chosen again.
	w := h.upload(form, token, url.Values{"f.contract_sum": {"四万八"}, "f.purpose": {"表征"}, "f.report.kept": {""}, "f.samples.kept": {""}},
		sent{"f.report", `C:\x\报告.pdf`, "one"}, sent{"f.samples", "a.png", "two"}, sent{"f.samples", "b.png", "three"})
	h.wants(w, 422, "报告.pdf", "a.png", "b.png", `value="表征"`, `id="f-contract_sum-e"`, `href="#f-contract_sum"`)
	if c, err = h.c.Cases.Get(context.Background(), who, c.ID); err != nil || c.Fields["purpose"].Text != "表征" || c.Fields["contract_sum"].Known() || !c.Fields["report"].Known() {
		t.Errorf("beside a wrong sum these are saved: %v, %v", c.Fields, err)
	}
	h.wants(w, 422, "其余各项已经保存")
	form2 := held(w)
	if got := len(form2["f.samples.kept"]); got != 2 {
		t.Fatalf("the refused form holds %d photographs, want 2: %v", got, form2)
	}

	// Now it is right. One photograph is taken out, and a row with a proof comes in.
	form2.Set("f.contract_sum", "48000")
	form2.Set("f.samples.drop", form2["f.samples.kept"][0])
	form2.Set("f.lines.rows", "2")
	form2.Set("f.lines.1.sum", "120.50")
	h.wants(h.upload(form, token, form2, sent{"f.lines.1.proof", "发票.pdf", "four"}), 303)
	w = h.ask("GET", page, token, nil)
	h.wants(w, 200, "报告.pdf", "b.png", "发票.pdf", `value="120.50"`)
	saved := held(w)
	if got := len(saved["f.samples.kept"]); got != 1 || saved.Get("f.lines.0.proof.kept") == "" {
		t.Errorf("saved %v", saved)
	}

	// A second report replaces the first; the dropped row takes its proof with it.
	saved.Set("f.lines.rows", "1")
	saved.Set("f.lines.drop", "0")
	w = h.upload(form, token, saved)
	h.wants(w, 200, `name="f.lines.rows" value="1"`)
	if held(w).Has("f.lines.0.proof.kept") {
		t.Error("the row was dropped and still holds its proof")
	}
	saved = held(w)
	saved.Set("f.lines.rows", "1")
	h.wants(h.upload(form, token, saved, sent{"f.report", "second.pdf", "five"}), 303)
	c, err = h.c.Cases.Get(context.Background(), who, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if c.Fields["lines"].Known() || c.Fields["report"].Text == saved.Get("f.report.kept") {
		t.Errorf("fields are %v", c.Fields)
	}

	at := page + "/files/" + c.Fields["report"].Text
	w = h.ask("GET", at, token, nil)
	h.wants(w, 200, "five")
	if got := w.Header().Get("Content-Disposition"); !strings.HasPrefix(got, "attachment") || w.Header().Get("Content-Type") != "application/octet-stream" {
		t.Errorf("it comes as %q %q", got, w.Header().Get("Content-Type"))
	}
	h.wants(h.ask("GET", at, h.person("other@node.example", "org_admin", "91340200MA0DEMQ27B"), nil), 404)
	h.wants(h.ask("GET", "/api/v1/cases/"+string(c.ID)+"/files", token, nil), 200, c.Fields["report"].Text, "second.pdf")
}

func TestAFileOfAnotherCaseCannotBeNamed(t *testing.T) {
	h := open(t)
	token, who := h.firm()
	var digests []files.Digest
	var cases []casework.Case
	for i := range 2 {
		c, err := h.c.Cases.Create(context.Background(), who, "voucher", testFirm, "")
		if err != nil {
			t.Fatal(err)
		}
		a, err := h.c.Cases.Attach(context.Background(), who, c.ID, "x.txt", strings.NewReader(fmt.Sprint("secret ", i)))
		if err != nil {
			t.Fatal(err)
		}
		digests, cases = append(digests, a.Digest), append(cases, c)
	}
	path := "/api/v1/cases/" + string(cases[0].ID)
	json := func(d files.Digest) *strings.Reader {
		return strings.NewReader(`{"fields":{"report":"` + string(d) + `"}}`)
	}
	h.wants(h.ask("PUT", path+"/form", token, json(digests[1]), "Content-Type", "application/json", "Sec-Fetch-Site", "same-origin"), 422, "casework.file_unknown", `"report"`)
	h.wants(h.ask("GET", path+"/files/"+string(digests[1]), token, nil), 404)
	h.wants(h.ask("PUT", path+"/form", token, json(digests[0]), "Content-Type", "application/json", "Sec-Fetch-Site", "same-origin"), 200)
	h.wants(h.ask("POST", path+"/files?name=y.txt", token, strings.NewReader("by a program"), "Content-Type", "application/octet-stream", "Sec-Fetch-Site", "same-origin"), 200, `"name":"y.txt"`)
	h.wants(h.ask("POST", path+"/files?name=y.txt", token, strings.NewReader(strings.Repeat("y", uploadBytesMax+1)), "Content-Type", "application/octet-stream", "Sec-Fetch-Site", "same-origin"), 413)
}

func TestAFormIsReadByTypeAndRefusedFieldByField(t *testing.T) {
	f := &form{Values: url.Values{"name": {"  甲 "}, "empty": {" "}, "day": {"2026-02-30"}, "when": {"2026-03-31"}, "sum": {"1,234.56"}, "bad": {"许多"}, "n": {"12"}, "big": {"900"}, "word": {"x"}, "none": {"0"}},
		lang: fault.EN, bad: map[string]string{}}
	got := []any{f.text("name"), f.needed("empty"), f.day("day"), f.day("when"), f.fen("sum"), f.fen("bad"), f.count("n", 1, 20), f.count("big", 1, 20), f.count("none", 0, 9), f.choice("word", "a", "b")}
	want := []any{"甲", "", unit.Day(0), unit.Date(2026, time.March, 31), unit.Fen(123456), unit.Fen(0), int64(12), int64(1), int64(0), ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var fields []string
	for _, e := range faults(f.err()) {
		fields = append(fields, e.Field)
		if f.Bad(e.Field) == "" {
			t.Errorf("nothing is said beside %s", e.Field)
		}
	}
	if got, want := strings.Join(fields, " "), "empty day bad big word"; got != want {
		t.Errorf("refused %q, want %q", got, want)
	}
}

func TestRowsOfAGroupComeGoAndAreRefusedWhereTheyStand(t *testing.T) {
	sent := url.Values{"tasks.rows": {"3"}, "tasks.0.owner": {"甲"}, "tasks.1.title": {"b"}, "tasks.1.due": {"soon"}, "tasks.2.title": {"c"}, "tasks.2.owner": {"乙"}}
	columns := []string{"title", "owner?", "due"}
	f := &form{Values: sent, bad: map[string]string{}}
	g, again := f.group("tasks", columns, 2, 20)
	if again || len(g.Rows) != 3 || len(g.filled()) != 2 {
		t.Fatalf("%v, %d rows, %d filled", again, len(g.Rows), len(g.filled()))
	}
	for _, r := range g.filled() {
		r.day("due")
	}
	all := faults(f.err())
	if len(all) != 1 || all[0].Field != "tasks.0.due" { // the first row that says something
		t.Fatalf("refused %v", all)
	}
	if id := f.place("tasks.1.owner", "错"); id != "tasks-2-owner" || g.Rows[2].Bad("owner") != "错" {
		t.Errorf("the refusal of the second task stands at %q", id)
	}
	sent.Set("tasks.drop", "1")
	g, again = (&form{Values: sent, bad: map[string]string{}}).group("tasks", columns, 2, 20)
	if !again || len(g.Rows) != 2 || g.Rows[1].Value("title") != "c" || g.Rows[1].Name("title") != "tasks.1.title" {
		t.Errorf("after dropping: %v %d", again, len(g.Rows))
	}
	sent.Del("tasks.drop")
	sent.Set("tasks.more", "yes")
	if g, again = (&form{Values: sent, bad: map[string]string{}}).group("tasks", columns, 2, 3); !again || len(g.Rows) != 3 {
		t.Errorf("over the limit: %v %d", again, len(g.Rows))
	}
}

// TestACodeIsPickedInARowOfARepeatedPart: a search in a row, without a script; what stands in the other rows and fields stays.
func TestACodeIsPickedInARowOfARepeatedPart(t *testing.T) {
	h := open(t)
	token, who := h.firm()
	c, err := h.c.Cases.Create(context.Background(), who, "voucher", testFirm, "")
	if err != nil {
		t.Fatal(err)
	}
	form := "/cases/" + string(c.ID) + "/form"
	in := url.Values{"f.purpose": {"表征"}, "f.lines.rows": {"2"}, "f.lines.0.sum": {"10"}, "f.lines.1.maker.q": {"演示企业"}, "f.lines.1.maker.find": {"yes"}}
	w := h.upload(form, token, in)
	h.wants(w, 200, `name="f.lines.1.maker.take" value="`+testFirm+`"`, `value="10"`, `value="表征"`, `name="f.lines.0.place.q"`)
	if strings.Contains(w.Body.String(), `name="f.lines.0.maker.take"`) {
		t.Error("the search of one row answers in another")
	}
	in.Del("f.lines.1.maker.find")
	in.Set("f.lines.1.maker.take", testFirm)
	w = h.upload(form, token, in)
	h.wants(w, 200, `name="f.lines.1.maker" value="`+testFirm+`"`, "演示企业", `value="10"`)
	in.Del("f.lines.1.maker.take")
	in.Del("f.lines.1.maker.q")
	in.Set("f.lines.1.maker", testFirm)
	in.Set("f.lines.1.place", "很远")
	h.wants(h.upload(form, token, in), 422, "很远", `value="10"`)
	in.Set("f.lines.1.place", "340100")
	h.wants(h.upload(form, token, in), 303)
	c, err = h.c.Cases.Get(context.Background(), who, c.ID)
	if rows := c.Fields["lines"].List; err != nil || len(rows) != 2 {
		t.Fatalf("saved %v, %v", c.Fields["lines"], err)
	}
	h.wants(h.ask("GET", "/cases/"+string(c.ID)+"/fill/4", token, nil), 200, `name="f.lines.1.maker.q"`, "合肥市")
}
