package reader_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/reader"
	"corridor/internal/unit"
)

func take(t *testing.T, k *reader.Desk, who access.Actor, name, content string) reader.Document {
	t.Helper()
	d, err := k.Take(context.Background(), who, name, []byte(content))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestACorrectionKeepsWhatWasReadAndIsUndone(t *testing.T) {
	each(t, func(t *testing.T, k *reader.Desk, o *outer, who access.Actor) {
		ctx := context.Background()
		d := take(t, k, who, "paper.txt", paper)
		read := find(t, k, d, reader.Figure)
		for _, c := range []struct {
			field, value, reason, code string
		}{
			{"indicator", "创新券支持金额", "", "reader.correct_reason"},
			{"period", "去年", "按上文", "reader.period"},
			{"value", "很多", "按上文", "reader.value"},
			{"approx", "大概", "按上文", "reader.approx"},
			{"indicator", " ", "按上文", "reader.field_empty"},
			{"parties", "甲", "按上文", "reader.field"},
		} {
			_, err := k.Decide(ctx, who, d.ID, read.No, reader.Decision{Accept: true, Reason: c.reason, Correct: map[string]string{c.field: c.value}})
			if fault.Of(err).Code != c.code {
				t.Errorf("%s = %q: %v, want %s", c.field, c.value, err, c.code)
			}
		}
		if f := find(t, k, d, reader.Figure); f.State != reader.Waiting {
			t.Fatalf("refused, and %s", f.State)
		}
		f, err := k.Decide(ctx, who, d.ID, read.No, reader.Decision{Accept: true, Reason: "上文写明是创新券", Indicator: "vouchers-paid",
			Correct: map[string]string{"indicator": "创新券支持金额", "value": "170,000,000", "period": "2025-Q1..Q3", "subject": read.Figure.Subject}})
		if err != nil {
			t.Fatal(err)
		}
		f = find(t, k, d, reader.Figure)
		if f.Figure.Indicator != "创新券支持金额" || *f.Figure.Period != "2025-Q1..Q3" || f.Read == nil || f.Read.Figure.Indicator != read.Figure.Indicator || f.Reason == "" {
			t.Errorf("%+v read %+v", f.Figure, f.Read)
		}
		if f, err = k.Undo(ctx, who, d.ID, read.No); err != nil {
			t.Fatal(err)
		}
		f = find(t, k, d, reader.Figure)
		if f.State != reader.Waiting || f.Read != nil || f.Became != "" || cmp.Diff(f.Said, read.Said) != "" {
			t.Errorf("%+v", f)
		}
		if !slices.Contains(o.reported, "withdrawn /figures/vouchers-paid") {
			t.Errorf("it still stands beside its indicator: %q", o.reported)
		}
		if _, err := k.Undo(ctx, who, d.ID, read.No); fault.Of(err).Code != "reader.waits" {
			t.Errorf("%v", err)
		}
		steps, err := k.Steps(ctx, d.ID)
		var acts []string
		for _, s := range steps {
			acts = append(acts, s.Act+" "+s.Reason)
		}
		if want := []string{"corrected 上文写明是创新券", "undone "}; err != nil || !slices.Equal(acts, want) {
			t.Errorf("steps %q, %v; want %q", acts, err, want)
		}
	})
}

func TestAnAgreementInTheRegisterIsNotUndoneHere(t *testing.T) {
	each(t, func(t *testing.T, k *reader.Desk, o *outer, who access.Actor) {
		ctx := context.Background()
		d := take(t, k, who, "paper.txt", paper)
		a := find(t, k, d, reader.Agreement)
		_, err := k.Decide(ctx, who, d.ID, a.No, reader.Decision{Accept: true, Reason: "正式名称", Correct: map[string]string{"parties": "虚构市人民政府\r\n示例大学\r\n第三方公司"}})
		if err != nil || o.entered[0] != "虚构市人民政府+示例大学+第三方公司" {
			t.Errorf("%q, %v", o.entered, err)
		}
		if _, err := k.Undo(ctx, who, d.ID, a.No); fault.Of(err).Code != "reader.became" {
			t.Errorf("%v", err)
		}
	})
}

func TestDocumentsAreFoundSortedAndFiltered(t *testing.T) {
	each(t, func(t *testing.T, k *reader.Desk, _ *outer, who access.Actor) {
		ctx := context.Background()
		one := take(t, k, who, "a.txt", paper)
		two := take(t, k, who, "b_100%.txt", "乙标题：合成材料\n\n2026年3月6日，乙县发放补贴30万元。\n")
		if err := k.Publish(ctx, who, two.ID, true); err != nil {
			t.Fatal(err)
		}
		_, finds, _, err := k.Get(ctx, two.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range finds {
			if _, err := k.Decide(ctx, who, two.ID, f.No, reader.Decision{Accept: true}); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			q    reader.Query
			want []unit.ID
		}{
			{reader.Query{}, []unit.ID{two.ID, one.ID}}, {reader.Query{Order: reader.Oldest}, []unit.ID{one.ID, two.ID}},
			{reader.Query{Order: reader.ByTitle}, []unit.ID{two.ID, one.ID}}, {reader.Query{Text: "虚构市"}, []unit.ID{one.ID}},
			{reader.Query{Text: "B_100%"}, []unit.ID{two.ID}}, {reader.Query{Text: "_"}, []unit.ID{two.ID}}, {reader.Query{State: "open"}, []unit.ID{one.ID}},
			{reader.Query{State: "done"}, []unit.ID{two.ID}}, {reader.Query{State: "public"}, []unit.ID{two.ID}}, {reader.Query{Page: 2}, nil},
		} {
			all, _, err := k.Documents(ctx, c.q)
			var got []unit.ID
			for _, d := range all {
				got = append(got, d.ID)
			}
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%+v: %v, %v", c.q, got, err)
			}
		}
	})
}

const (
	bulletin = `合成材料：虚构市创新券工作简报

2026年3月4日，虚构市人民政府与示例大学签署战略合作协议，双方将共建检测平台，向全市中小企业开放大型仪器。

2025年，虚构市科技创新券支持金额1.7亿元，服务企业320家。有关部门表示，下一步将继续扩大开放范围，简化兑付流程，方便企业办理。
`
	twin = `合成材料：另一家媒体的消息

本报讯 虚构市人民政府与示例大学签署战略合作协议，消息公布后受到关注。

据悉，2025年，虚构市科技创新券支持金额1.5亿元，比上年有所增加，企业普遍反映办理方便。
`
)

func subject(t *testing.T, k *reader.Desk, who access.Actor, kind reader.SubjectKind, name string) reader.Dossier {
	t.Helper()
	all, _, _, err := k.Subjects(context.Background(), who, reader.SubjectQuery{Kind: kind, Text: name})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if s.Name == name {
			d, err := k.Subject(context.Background(), who, s.ID)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
	}
	t.Fatalf("no %s %s among %+v", kind, name, all)
	return reader.Dossier{}
}

// officer may read documents under review; nobody may not.
var officer, nobody = access.Actor{Person: "0000000000000000000000000P", Name: "审核员", Grants: []access.Grant{{Role: "editor"}}}, access.Actor{}

func TestWhatAllDocumentsSayOfOneThing(t *testing.T) {
	each(t, func(t *testing.T, k *reader.Desk, _ *outer, who access.Actor) {
		ctx := context.Background()
		one, two := take(t, k, who, "a.txt", bulletin), take(t, k, who, "b.txt", twin)
		d := subject(t, k, officer, reader.IndicatorSubject, "虚构市科技创新券支持金额")
		if len(d.Statements) != 2 || d.Documents != 2 || d.Statements[0].Document != one.ID || d.Statements[1].Document != two.ID || d.Statements[0].Of != "2025" {
			t.Fatalf("%+v", d.Statements)
		}
		if len(d.Conflicts) != 1 || len(d.Twice) != 0 {
			t.Errorf("conflicts %v, told twice %v", d.Conflicts, d.Twice)
		}
		u := subject(t, k, officer, reader.OrganisationSubject, "示例大学")
		if u.Documents < 1 || !slices.ContainsFunc(u.Missing, func(m reader.Missing) bool { return m.Gap == reader.GapRegistry }) {
			t.Errorf("%+v", u.Missing)
		}

		// Linked, it is called as in the registry; a code that nobody has is refused.
		if err := k.Link(ctx, who, u.ID, "nobody"); fault.Of(err).Code != "reader.link_unknown" {
			t.Errorf("%v", err)
		}
		if err := k.Link(ctx, who, u.ID, "12330000mb00000001"); err != nil {
			t.Fatal(err)
		}
		if u = subject(t, k, officer, reader.OrganisationSubject, "示例大学"); u.Registered[1] != "Example University" || len(u.Steps) != 1 {
			t.Errorf("%+v", u)
		}

		// Nobody sees anything until it is accepted and published.
		if _, err := k.Subject(ctx, nobody, d.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%v", err)
		}
		if _, err := k.Decide(ctx, who, one.ID, d.Statements[0].No, reader.Decision{Accept: true}); err != nil {
			t.Fatal(err)
		}
		if all, n, _, err := k.Subjects(ctx, nobody, reader.SubjectQuery{}); err != nil || n != 0 {
			t.Errorf("seen before it was published: %+v, %v", all, err)
		}
		if err := k.Publish(ctx, who, one.ID, true); err != nil {
			t.Fatal(err)
		}
		public, err := k.Subject(ctx, nobody, d.ID)
		if err != nil || len(public.Statements) != 1 || len(public.Conflicts) != 0 {
			t.Errorf("%+v, %v", public.Statements, err)
		}
		if err := k.Publish(ctx, who, one.ID, false); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Subject(ctx, nobody, d.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("still seen: %v", err)
		}
	})
}

func TestNamesAreJoinedAndSplit(t *testing.T) {
	each(t, func(t *testing.T, k *reader.Desk, _ *outer, who access.Actor) {
		ctx := context.Background()
		take(t, k, who, "a.txt", bulletin)
		take(t, k, who, "b.txt", strings.ReplaceAll(twin, "示例大学", "示例工业大学"))
		one := subject(t, k, officer, reader.OrganisationSubject, "示例大学")
		two := subject(t, k, officer, reader.OrganisationSubject, "示例工业大学")
		fig := subject(t, k, officer, reader.IndicatorSubject, "虚构市科技创新券支持金额")
		if err := k.Join(ctx, who, two.ID, one.ID, " "); fault.Of(err).Code != "reader.why" {
			t.Errorf("%v", err)
		}
		if err := k.Join(ctx, who, two.ID, fig.ID, "同一家"); fault.Of(err).Code != "reader.join_other" {
			t.Errorf("%v", err)
		}
		if err := k.Join(ctx, who, two.ID, one.ID, "改名"); err != nil {
			t.Fatal(err)
		}
		both := subject(t, k, officer, reader.OrganisationSubject, "示例大学")
		if both.Documents != 2 || len(both.Names) != 2 || both.Names[1].Reason != "改名" && both.Names[0].Reason != "改名" {
			t.Errorf("%+v", both.Subject)
		}
		// A further document that uses either name goes to the joined one.
		take(t, k, who, "c.txt", "丙消息\n\n2026年4月1日，丙县人民政府与示例工业大学签署合作协议。\n")
		if both = subject(t, k, officer, reader.OrganisationSubject, "示例大学"); both.Documents != 3 {
			t.Errorf("%d documents", both.Documents)
		}
		own, err := k.Split(ctx, who, both.ID, "示例工业大学", "其实是两所")
		if err != nil {
			t.Fatal(err)
		}
		if d, err := k.Subject(ctx, officer, own); err != nil || d.Documents != 2 || d.Name != "示例工业大学" {
			t.Errorf("%+v, %v", d.Subject, err)
		}
		if _, err := k.Split(ctx, who, own, "示例工业大学", "再拆"); fault.Of(err).Code != "reader.split_last" {
			t.Errorf("%v", err)
		}
	})
}

func TestDocumentsAreSearched(t *testing.T) {
	each(t, func(t *testing.T, k *reader.Desk, _ *outer, who access.Actor) {
		ctx := context.Background()
		one := take(t, k, who, "a.txt", bulletin)
		two := take(t, k, who, "b.txt", twin)
		for _, c := range []struct {
			words string
			want  []unit.ID
		}{
			{"支持金额", []unit.ID{two.ID, one.ID}}, {"检测平台 共建", []unit.ID{one.ID}}, {"支持金额 1.7亿", []unit.ID{one.ID}}, {"本报讯", []unit.ID{two.ID}}, {"金额支持", nil}, {"战略合作协议　示例", []unit.ID{two.ID, one.ID}}, {"", nil}, {"%_", nil},
		} {
			all, n, err := k.Search(ctx, c.words, 1)
			var got []unit.ID
			for _, p := range all {
				got = append(got, p.Document)
				if !strings.Contains(p.Text, strings.Fields(c.words)[0]) {
					t.Errorf("%q found %q", c.words, p.Text)
				}
			}
			if err != nil || n != len(c.want) || !slices.Equal(got, c.want) {
				t.Errorf("%q: %v of %d, %v; want %v", c.words, got, n, err, c.want)
			}
		}
		if all, _, _ := k.Search(ctx, "支持金额", 1); len(all) == 0 || !slices.ContainsFunc(all[1].Findings, func(f reader.Finding) bool { return f.Figure != nil }) {
			t.Error("the passage comes without what was read in it")
		}
		if _, _, err := k.Search(ctx, "平台 的", 1); fault.Of(err).Code != "reader.query_short" {
			t.Errorf("%v", err)
		}
		if n, err := k.Index(ctx); err != nil || n != 0 {
			t.Errorf("%d documents were not whole, %v", n, err)
		}
	})
}

func TestDocumentsAreSetSideBySide(t *testing.T) {
	each(t, func(t *testing.T, k *reader.Desk, _ *outer, who access.Actor) {
		ctx := context.Background()
		one := take(t, k, who, "a.txt", bulletin)
		copied := take(t, k, who, "c.txt", strings.Replace(bulletin, "简化兑付流程", "简化兑付和申领流程", 1))
		two := take(t, k, who, "b.txt", twin)
		a, err := k.Compare(ctx, nil)
		if err != nil || len(a.Documents) != 3 || len(a.Pairs) == 0 || a.Pairs[0].A != 0 || a.Pairs[0].B != 1 {
			t.Fatalf("%d documents, %+v, %v", len(a.Documents), a.Pairs, err)
		}
		if len(a.Conflicts) != 1 || a.Places[a.Conflicts[0].A[0]].Document != one.ID || a.Places[a.Conflicts[0].B[0]].Document != two.ID {
			t.Errorf("%+v", a.Conflicts)
		}
		if len(a.Twice) != 2 || len(a.Twice[0]) != 2 {
			t.Errorf("told twice %v", a.Twice)
		}
		if a, err = k.Compare(ctx, []unit.ID{one.ID, copied.ID}); err != nil || len(a.Conflicts) != 0 || len(a.Documents) != 2 {
			t.Errorf("%+v, %v", a, err)
		}
		_, _, changes, err := k.Changes(ctx, one.ID, copied.ID)
		if err != nil || len(changes) == 0 || !strings.Contains(changes[0].New, "兑付和申领") {
			t.Errorf("%+v, %v", changes, err)
		}
	})
}

func TestMarkupDoesNotStandInQuotesAndSentences(t *testing.T) {
	each(t, func(t *testing.T, k *reader.Desk, _ *outer, who access.Actor) {
		page := "<!doctype html><html><head><meta charset=\"utf-8\"><title>题</title></head><body>\n<article><h1>虚构市消息</h1>\n" +
			"<p style=\"x\">　　2026年3月4日，<a href=\"/y\"\nclass=\"z\">虚构市</a>人民政府与<b>示例</b>大学签署&ldquo;战略合作协议&rdquo;，2025年支持金额<i>1.7</i>亿元。</p></article></body></html>"
		d := take(t, k, who, "page.html", page)
		_, finds, _, err := k.Get(context.Background(), d.ID)
		if err != nil || len(finds) == 0 {
			t.Fatalf("%d findings, %v", len(finds), err)
		}
		for _, f := range finds {
			if strings.ContainsAny(f.Quote+f.Sentence, "<>&") || f.Quote == "" || !strings.Contains(f.Sentence, f.Quote) {
				t.Errorf("%s %q in %q", f.Kind, f.Quote, f.Sentence)
			}
		}
	})
}
