package reader_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/db/dbtest"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/reader"
	"corridor/internal/reader/extract"
)

const paper = `合成材料：虚构市与示例大学签约

2026年3月4日，虚构市人民政府与示例大学签署战略合作协议。2025年，平台支持金额1.7亿元。
`

// outer stands for the rooms that own agreements and figures: it notes what they were given.
type outer struct {
	entered  []string
	reported []string
	refuse   error
}

func (o *outer) EnterFound(_ context.Context, _ *db.Tx, _ access.Actor, _ reader.Document, f reader.Finding) (string, error) {
	if o.refuse != nil {
		return "", o.refuse
	}
	o.entered = append(o.entered, strings.Join(f.Agreement.Parties, "+"))
	return "/agreements/A", nil
}

func (o *outer) ReportFound(_ context.Context, _ *db.Tx, _ access.Actor, _ reader.Document, f reader.Finding, indicator string) (string, error) {
	o.reported = append(o.reported, indicator+" "+f.Quote)
	return "/figures/" + indicator, nil
}

func (o *outer) WithdrawFound(_ context.Context, _ *db.Tx, _ access.Actor, _ reader.Document, f reader.Finding) error {
	o.reported = append(o.reported, "withdrawn "+f.Became)
	return o.refuse
}

// Like and Called stand for the registry: one university.
func (o *outer) Like(_ context.Context, _ *db.Tx, name string) ([]reader.Registered, error) {
	if strings.Contains("示例大学", name) {
		return []reader.Registered{{Code: "12330000MB00000001", Name: fault.Words{"示例大学", "Example University"}, Same: name == "示例大学"}}, nil
	}
	return nil, nil
}

func (o *outer) Called(_ context.Context, _ *db.Tx, code string) (fault.Words, error) {
	if code != "12330000MB00000001" {
		return fault.Words{}, fault.New(fault.NotFound, "registry.unknown")
	}
	return fault.Words{"示例大学", "Example University"}, nil
}

func desk(t testing.TB, d *db.DB) (*reader.Desk, *outer, access.Actor) {
	t.Helper()
	s, err := files.New(files.Config{DB: d, Dir: filepath.Join(t.TempDir(), "files")})
	if err != nil {
		t.Fatal(err)
	}
	a, err := access.New(access.Config{DB: d, NoCodes: true})
	if err != nil {
		t.Fatal(err)
	}
	o := &outer{}
	return reader.New(reader.Config{DB: d, Files: s, Access: a, Agreements: o, Figures: o, Registry: o}), o, access.System("阅览室测试")
}

func now() time.Time { return time.Date(2026, 3, 5, 1, 0, 0, 0, time.UTC) }

func each(t *testing.T, test func(*testing.T, *reader.Desk, *outer, access.Actor)) {
	dbtest.Each(t, now, func(t *testing.T, d *db.DB) {
		k, o, who := desk(t, d)
		test(t, k, o, who)
	})
}

func find(t *testing.T, k *reader.Desk, d reader.Document, kind reader.Kind) reader.Finding {
	t.Helper()
	_, finds, _, err := k.Get(context.Background(), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range finds {
		if f.Kind == kind {
			return f
		}
	}
	t.Fatalf("no %s among %d findings", kind, len(finds))
	return reader.Finding{}
}

func TestATakenDocumentWaitsWithItsFindings(t *testing.T) {
	each(t, func(t *testing.T, k *reader.Desk, _ *outer, who access.Actor) {
		ctx := context.Background()
		d, err := k.Take(ctx, who, "paper.txt", []byte(paper))
		if err != nil {
			t.Fatal(err)
		}
		if d.Title != "合成材料：虚构市与示例大学签约" || d.Open == 0 || d.Open != d.Total || d.Digest == "" || d.At.Sub(now()).Abs() > time.Second {
			t.Errorf("%+v", d)
		}
		_, finds, text, err := k.Get(ctx, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		if text != paper {
			t.Error("the text is not the file as it came")
		}
		for i, f := range finds {
			if f.No != i+1 || f.State != reader.Waiting || text[f.From:f.To] != f.Quote {
				t.Errorf("%+v", f)
			}
		}
		again, err := k.Take(ctx, who, "other-name.txt", []byte(paper))
		if err != nil || again.ID != d.ID || again.Name != d.Name {
			t.Errorf("the same bytes are another document: %+v, %v", again, err)
		}
		if all, n, err := k.Documents(ctx, reader.Query{}); err != nil || n != 1 || len(all) != 1 || all[0].ID != d.ID {
			t.Errorf("%d documents, %v", n, err)
		}
	})
}

func TestAnotherEncodingKeepsItsBytes(t *testing.T) {
	each(t, func(t *testing.T, k *reader.Desk, _ *outer, who access.Actor) {
		gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(paper))
		if err != nil {
			t.Fatal(err)
		}
		d, err := k.Take(context.Background(), who, "paper.txt", gb)
		if err != nil {
			t.Fatal(err)
		}
		_, finds, text, err := k.Get(context.Background(), d.ID)
		if err != nil || text != string(gb) || len(finds) == 0 || d.Encoding != "gb18030" {
			t.Fatalf("%d findings, %s, %v", len(finds), d.Encoding, err)
		}
		for _, f := range finds {
			if f.Quote != extract.Show(d.Encoding, gb[f.From:f.To]) || !strings.Contains(paper, f.Quote) {
				t.Errorf("%+v", f)
			}
		}
	})
}

func TestAnAcceptedAgreementEntersInTheSameAct(t *testing.T) {
	each(t, func(t *testing.T, k *reader.Desk, o *outer, who access.Actor) {
		ctx := context.Background()
		d, err := k.Take(ctx, who, "paper.txt", []byte(paper))
		if err != nil {
			t.Fatal(err)
		}
		a := find(t, k, d, reader.Agreement)
		o.refuse = fault.New(fault.Conflict, "reader.decided", "by", "别处")
		if _, err := k.Decide(ctx, who, d.ID, a.No, reader.Decision{Accept: true}); fault.Of(err).Kind != fault.Conflict {
			t.Errorf("%v", err)
		}
		if f := find(t, k, d, reader.Agreement); f.State != reader.Waiting {
			t.Errorf("the register refused and the finding is %s", f.State)
		}
		o.refuse = nil
		f, err := k.Decide(ctx, who, d.ID, a.No, reader.Decision{Accept: true})
		if err != nil || f.State != reader.Accepted || f.Became != "/agreements/A" || f.By != who.Name {
			t.Errorf("%+v, %v", f, err)
		}
		if len(o.entered) != 1 || o.entered[0] != "虚构市人民政府+示例大学" {
			t.Errorf("entered %q", o.entered)
		}
		if kept := find(t, k, d, reader.Agreement); kept.State != reader.Accepted || kept.Became != f.Became || kept.At.Sub(now()).Abs() > time.Second {
			t.Errorf("%+v", kept)
		}
		if _, err := k.Decide(ctx, who, d.ID, a.No, reader.Decision{Accept: true}); fault.Of(err).Code != "reader.decided" {
			t.Errorf("decided twice: %v", err)
		}
	})
}

func TestAFigureStandsBesideAnIndicatorOnlyIfOneIsNamed(t *testing.T) {
	each(t, func(t *testing.T, k *reader.Desk, o *outer, who access.Actor) {
		ctx := context.Background()
		d, err := k.Take(ctx, who, "paper.txt", []byte(paper))
		if err != nil {
			t.Fatal(err)
		}
		f := find(t, k, d, reader.Figure)
		f, err = k.Decide(ctx, who, d.ID, f.No, reader.Decision{Accept: true, Indicator: "vouchers-paid"})
		if err != nil || f.Became != "/figures/vouchers-paid" || len(o.reported) != 1 || !strings.Contains(o.reported[0], "1.7亿元") {
			t.Errorf("%+v, %q, %v", f, o.reported, err)
		}
	})
}

func TestToRejectNeedsAReason(t *testing.T) {
	each(t, func(t *testing.T, k *reader.Desk, o *outer, who access.Actor) {
		ctx := context.Background()
		d, err := k.Take(ctx, who, "paper.txt", []byte(paper))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct{ reason, code string }{
			{"", "reader.reason_missing"}, {" \t", "reader.reason_missing"}, {strings.Repeat("长", 501), "reader.reason_long"},
		} {
			if _, err := k.Decide(ctx, who, d.ID, 1, reader.Decision{Reason: c.reason}); fault.Of(err).Code != c.code {
				t.Errorf("%.10q: %v, want %s", c.reason, err, c.code)
			}
		}
		f, err := k.Decide(ctx, who, d.ID, 1, reader.Decision{Reason: "原文如此，但不是本系统的事"})
		if err != nil || f.State != reader.Rejected || f.Reason == "" || len(o.entered)+len(o.reported) != 0 {
			t.Errorf("%+v, %v", f, err)
		}
		if got, _, _, _ := k.Get(ctx, d.ID); got.Open != got.Total-1 {
			t.Errorf("%d of %d wait", got.Open, got.Total)
		}
	})
}

func TestWhatIsNotThereOrNotRead(t *testing.T) {
	each(t, func(t *testing.T, k *reader.Desk, _ *outer, who access.Actor) {
		ctx := context.Background()
		if _, err := k.Take(ctx, who, "a.png", []byte("\x89PNG\r\n\x1a\n")); fault.Of(err).Code != "reader.binary" {
			t.Errorf("%v", err)
		}
		if _, n, err := k.Documents(ctx, reader.Query{}); err != nil || n != 0 {
			t.Errorf("a refused document was kept: %d, %v", n, err)
		}
		if _, _, _, err := k.Get(ctx, "01AAAAAAAAAAAAAAAAAAAAAAAA"); fault.Of(err).Code != "reader.unknown" {
			t.Errorf("%v", err)
		}
		d, err := k.Take(ctx, who, "paper.txt", []byte(paper))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.Decide(ctx, who, d.ID, 999, reader.Decision{Accept: true}); fault.Of(err).Code != "reader.finding_unknown" {
			t.Errorf("%v", err)
		}
	})
}
