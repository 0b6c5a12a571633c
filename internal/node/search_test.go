package node_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
)

// offers publishes a listing of an owner.
func (t *treasury) offers(kind, owner string, pairs ...string) catalogue.Listing {
	t.Helper()
	ctx, system := context.Background(), access.System("test")
	typed := map[string]string{"contact": "值班室", "phone": "021-00000000", "region": "310115"}
	for i := 0; i+1 < len(pairs); i += 2 {
		typed[pairs[i]] = pairs[i+1]
	}
	l, err := t.Catalogue.Add(ctx, system, catalogue.Draft{Kind: kind, Owner: owner, Typed: typed})
	t.must(err)
	for _, act := range []catalogue.Act{catalogue.Submit, catalogue.Publish} {
		l, err = t.Catalogue.Step(ctx, system, l.ID, l.Version, act, "")
		t.must(err)
	}
	return l
}

// The search on its page, in both languages: what is recognised, codes in words, whose price it is, and what only comes near.
func TestTheSearchSaysWhatItFound(t *testing.T) {
	eachTreasury(t, func(t *treasury) {
		ctx, lab, firm := context.Background(), t.firms[3], t.firms[0]
		const college = "12310000DEMQ000341"
		t.must(t.DB.Act(ctx, func(tx *db.Tx) error {
			return t.Registry.Put(ctx, tx, access.System("test"), registry.Org{Code: college, Name: fault.Words{"示范学院", "Demo College"}, Kind: "university", Region: "340100", Synthetic: true})
		}))
		scope := func(no, place, hour, academic string) catalogue.Listing {
			return t.offers("instrument", lab, "name", "拉曼光谱仪"+no, "model", "inVia", "manufacturer", "示范制造", "class", "010402", "technical", "532 nm", "function", "应力", "status", "正常", "share", "外部共享", "duty_free", "否",
				"service_content", "测试", "fee", "面议", "region", place, "inner_id", "R-"+no, "worth", "200万", "begin_date", "2021-09-01", "price_hour", hour, "price_academic_hour", academic)
		}
		here, dear := scope("甲", "340100", "300", "280"), scope("乙", "310115", "900", "90")
		t.offers("lab", lab, "name", "校准实验室", "category", "keylab", "realm", "计量", "function", "校准与检测", "service_content", "校准", "price_day", "4000", "accreditation", "iso17025", "area", "200")
		t.offers("lab", lab, "name", "认证实验室", "category", "keylab", "realm", "计量", "function", "校准与检测", "service_content", "校准", "price_day", "4000", "accreditation", "cma", "area", "200")
		t.offers("service", college, "name", "应力检测", "category", "test", "function", "残余应力", "fee", "面议", "price", "800", "price_unit", "样", "voucher", "是")
		visitor, student := t.signedIn("user@a.example", "org_member", firm), t.signedIn("student@a.example", "org_member", college)

		t.page(visitor, "/search", "资质|Accreditation", "ISO/IEC 17025", "本平台认可|Recognised here", "创新券服务机构|Voucher service institution", "计价方式|Charged by", "按小时|by the hour")
		if page := t.asks(visitor, "GET", "/search", 200, "", nil); strings.Contains(page, ">iso17025<") {
			t.Error("a code is shown raw")
		}
		t.page(visitor, "/search?kind=lab&f.accreditation=iso17025", "校准实验室", "1 项|1 found")
		t.page(visitor, "/search?f.label=voucher_provider&kind=instrument", "2 项|2 found")
		t.page(visitor, "/search?q=拉曼+合肥", "1 项相符|1 fit", "以下是相近的|These come near", "不含“合肥”|without “合肥”")
		t.page(visitor, "/search?q=拉曼+合肥+电弧炉", "没有完全相符的|Nothing has all of it", "不含“电弧炉”|without “电弧炉”")
		t.page(visitor, "/search?q=拉曼+便宜", "按企业价|by what firms pay", "企业价|for firms")
		t.page(student, "/search?q=拉曼+便宜", "按贵单位适用的院校价|by what universities pay", "院校价|for universities", "90.00")
		for _, c := range []struct {
			who   string
			page  string
			first catalogue.Listing
		}{
			{"a firm", t.asks(visitor, "GET", "/search?q=拉曼&sort=price", 200, "", nil), here}, {"a college", t.asks(student, "GET", "/search?q=拉曼&sort=price", 200, "", nil), dear},
		} {
			a, b := strings.Index(c.page, string(here.ID)), strings.Index(c.page, string(dear.ID))
			if a < 0 || b < 0 || (a < b) != (c.first.ID == here.ID) {
				t.Errorf("for %s the order is %d, %d", c.who, a, b)
			}
		}
		for _, c := range []struct{ from, want string }{{"340100", "0 km"}, {"310000", "km"}} {
			page := t.asks(visitor, "GET", fmt.Sprintf("/search?q=拉曼&sort=distance&from=%s", c.from), 200, "", nil)
			a, b := strings.Index(page, string(here.ID)), strings.Index(page, string(dear.ID))
			if (a < b) != (c.from == "340100") || !strings.Contains(page, c.want) {
				t.Errorf("from %s the order is %d, %d", c.from, a, b)
			}
		}
	})
}
