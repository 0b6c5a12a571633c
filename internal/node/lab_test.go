package node_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/catalogue/booking"
	"corridor/internal/catalogue/usage"
	"corridor/internal/unit"
)

// sends posts a form with a file.
func (t *treasury) sends(who *http.Cookie, path string, want int, name, content string, pairs ...string) string {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for k := 0; k+1 < len(pairs); k += 2 {
		t.must(w.WriteField(pairs[k], pairs[k+1]))
	}
	part, err := w.CreateFormFile("file", name)
	t.must(err)
	_, err = part.Write([]byte(content))
	t.must(err)
	t.must(w.Close())
	return t.asks(who, "POST", path, want, w.FormDataContentType(), &body)
}

// again signs somebody in whose session has ended.
func (t *treasury) again(email string) *http.Cookie {
	t.Helper()
	token, _, err := t.Access.SignIn(context.Background(), access.SignIn{Email: email, Password: pagePassword})
	t.must(err)
	return &http.Cookie{Name: "corridor_340000", Value: token}
}

// Samples with their results, then the user's side of a use: its rating and its bill; what everybody sees of the instrument.
func TestSamplesResultsRatingsAndBillsOnThePagesOfBothSides(t *testing.T) {
	eachTreasury(t, func(t *treasury) {
		ctx, lab, firm := context.Background(), t.firms[3], t.firms[0]
		runs := access.Actor{Person: "01LABOP", Name: "operator", Strong: true, Grants: []access.Grant{{Role: "lab_operator", Org: lab}}}
		l, b := t.microscope(runs, lab)
		id := string(l.ID)
		day := time.Date(2026, 3, 4, 1, 0, 0, 0, time.UTC) // 09:00 there
		user, operator, stranger := t.signedIn("user@a.example", "org_member", firm), t.signedIn("lab@a.example", "lab_operator", lab), t.signedIn("other@a.example", "org_member", t.firms[1])
		booked, err := b.Book(ctx, clerk(firm), booking.Ask{Instrument: l.ID, Org: firm, Span: booking.Span{From: day, To: day.Add(2 * time.Hour)}, Samples: 3, Operator: true})
		t.must(err)

		// The user declares what is sent; hazards have to be said, one way or the other.
		declared := url.Values{"instrument": {id}, "org": {firm}, "booking": {string(booked.ID)}, "what": {"电池隔膜"}, "samples": {"3"}}
		t.page(user, "/samples/new?instrument="+id+"&booking="+string(booked.ID), "危险性声明|Hazards", "易燃|flammable")
		if page := t.posts(user, "/samples/new", 422, declared); !strings.Contains(page, "请声明样品有无危险性") || !strings.Contains(page, "电池隔膜") {
			t.Error("samples without a word on hazards were taken, or what was typed is lost")
		}
		declared.Set("safe", "some")
		if page := t.posts(user, "/samples/new", 422, declared); !strings.Contains(page, "请选择样品有哪些危险性") {
			t.Error("hazards that nobody chose were taken")
		}
		declared.Set("hazard", "flammable")
		declared.Set("secret", "yes")
		declared.Set("keep", "2026-06-30")
		t.posts(stranger, "/samples/new", 403, declared)
		at, _, _ := strings.Cut(t.posts(user, "/samples/new", 303, declared), "?")
		t.page(user, at, "已申报|declared", "易燃|flammable", "2026-06-30", "只有机组人员|for the operators alone")
		t.page(user, at+"/label", "电池隔膜", "3 / 3", "易燃|flammable", "保密|confidential")
		t.page(operator, "/usage/samples?org="+lab+"&state=declared", "电池隔膜")
		t.page(operator, "/notices", "样品将送来|samples are going to be sent")
		t.asks(stranger, "GET", at, 404, "", nil)
		t.asks(user, "POST", at+"/steps", 404, "application/x-www-form-urlencoded", strings.NewReader("state=received&count=3"))

		// The laboratory receives, delivers, and returns.
		if page := t.posts(operator, at+"/steps", 422, url.Values{"state": {"received"}, "count": {"2"}}); !strings.Contains(page, "原有 3 件，现为 2 件") {
			t.Error("a difference was taken without a note")
		}
		t.posts(operator, at+"/steps", 303, url.Values{"state": {"received"}, "count": {"2"}, "note": {"一件破损"}})
		t.sends(operator, at+"/results", 303, "report.txt", "孔径 40 nm", "kind", "report")
		t.posts(operator, at+"/steps", 303, url.Values{"state": {"stored"}, "count": {"2"}})
		t.page(operator, at, "尚无人下载|nobody yet", "一件破损", "退回|returned")
		x, _, err := t.Usage.ListSamples(ctx, runs, usage.SampleQuery{Org: lab, Lab: true, Page: 1})
		t.must(err)
		seen, err := t.Usage.SamplesOf(ctx, runs, x[0].ID)
		t.must(err)
		result := at + "/results/" + string(seen.Results[0].ID)
		t.asks(stranger, "GET", result, 404, "", nil)
		if got := t.asks(user, "GET", result, 200, "", nil); got != "孔径 40 nm" {
			t.Errorf("the report reads %q", got)
		}
		t.page(user, at, string(seen.Results[0].Digest), "检测报告|report", "甲org_member")
		if page := t.asks(operator, "GET", at, 200, "", nil); strings.Contains(page, "尚无人下载") || strings.Contains(page, "甲org_member") {
			t.Error("the laboratory does not see that the report was taken, or is told by which person")
		}
		if got := t.asks(user, "GET", "/samples?format=csv&org="+firm, 200, "", nil); !strings.Contains(got, "电池隔膜,3,") || !strings.Contains(got, "易燃") {
			t.Errorf("the list as a file: %s", got)
		}
		t.now = seen.Results[0].Until
		user, operator, stranger = t.again("user@a.example"), t.again("lab@a.example"), t.again("other@a.example")
		t.asks(user, "GET", result, 410, "", nil)
		t.page(user, at, "已过期|over")

		// The use, its rating, its bill.
		t.page(user, "/uses?org="+firm, "还没有使用记录|No uses yet")
		_, err = t.Usage.Take(ctx, runs, []usage.Entry{{Instrument: l.ID, LogNo: "1", From: day, To: day.Add(2 * time.Hour), Samples: 2, Direction: "136"}})
		t.must(err)
		all, _, err := t.Usage.Uses(ctx, clerk(firm), firm, 1)
		t.must(err)
		use := "/uses/" + string(all[0].ID)
		t.page(user, "/uses?org="+firm, "评价|Rate it", "2.0")
		t.page(user, "/listings/"+id, "还没有外单位的使用评价|no use by another unit has been rated yet")
		t.posts(stranger, use, 404, url.Values{"stars": {"1"}})
		if page := t.posts(user, use, 422, url.Values{"stars": {"9"}}); !strings.Contains(page, "请评一到五星") {
			t.Error("nine stars were taken")
		}
		t.posts(user, use, 303, url.Values{"stars": {"4"}, "words": {"数据很好，等得久"}})
		anybody := t.signedIn("reader@a.example", "org_admin", t.firms[2])
		t.page(anybody, "/listings/"+id, "4.0", "数据很好，等得久", "请求太少|too few requests", "价格怎样变动过|How its prices changed")
		if page := t.asks(anybody, "GET", "/listings/"+id, 200, "", nil); strings.Contains(page, "甲org_member") {
			t.Error("a rating names who gave it")
		}
		t.page(operator, "/usage/ratings?org="+lab, "数据很好，等得久")
		if got := t.asks(operator, "GET", "/usage/ratings?format=csv&org="+lab, 200, "", nil); !strings.Contains(got, ",4,") {
			t.Errorf("ratings as a file: %s", got)
		}
		_, err = t.Usage.MakeSheets(ctx, runs, lab, "2026-03")
		t.must(err)
		t.page(user, "/bills?org="+firm, "2026-03-0001", "2,400.00")
		t.asks(operator, "GET", "/bills?org="+firm, 403, "", nil)

		// Prices that held before are all shown, with their change.
		t.must(b.PutPrices(ctx, runs, l.ID, booking.Prices{From: unit.DayOf(t.now, unit.NewDays(unit.ChinaCalendar()).Location()).Add(7), QuoteHours: 48, FreeHours: 24, LateShare: 50, NoShow: 100,
			Classes: map[booking.Class]booking.Price{booking.Enterprise: {Basis: booking.ByHour, Rate: 135_000}}}))
		t.page(anybody, "/instruments/"+id+"/prices", "1,350.00", "1,200.00", "&#43;12.5%", "现行|in force")
		if got := t.asks(anybody, "GET", "/instruments/"+id+"/prices?format=csv", 200, "", nil); !strings.Contains(got, "+12.5%") {
			t.Errorf("prices as a file: %s", got)
		}
	})
}
