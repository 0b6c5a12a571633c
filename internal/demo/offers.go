package demo

import (
	"bytes"
	"context"
	"embed"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/node"
	"corridor/internal/registry"
	"corridor/internal/sheets"
	"corridor/internal/unit"
)

// Offers of a node of the demonstration.
const (
	offersOfNode = 110
	ownersOfNode = 14
	offersSeed   = 20260101
)

//go:embed offers/*.csv
var offerFiles embed.FS

// Offer is a synthetic listing as its owner writes it: makers and models exist, the owner and everything that is said of its
// copy are made up.
type Offer struct {
	Kind  string
	Owner string
	Typed map[string]string
}

// template is what offers are varied from: a row of a file by its columns.
type template map[string]string

var instrumentRows, otherRows = sync.OnceValue(func() []template { return templates("offers/instruments.csv") }),
	sync.OnceValue(func() []template { return templates("offers/others.csv") })

// templates reads a file that is embedded; a damaged one is a mistake of the build.
func templates(name string) (all []template) {
	text, err := offerFiles.ReadFile(name)
	if err != nil {
		panic(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		panic(fmt.Errorf("%s: %w", name, err))
	}
	for _, row := range rows[1:] {
		t := template{}
		for i, h := range rows[0] {
			t[h] = row[i]
		}
		for _, pair := range strings.Split(t["more"], ";") {
			if k, v, ok := strings.Cut(pair, "="); ok {
				t[k] = v
			}
		}
		all = append(all, t)
	}
	return all
}

// shapes of the names of owners; %s is a city.
var ownerShapes = []struct{ zh, en, kind string }{
	{"%s材料分析测试中心", "%s Centre for Materials Analysis", "lab"}, {"%s大学分析测试中心", "University of %s Analysis Centre", "university"},
	{"%s生命科学公共平台", "%s Life Science Platform", "platform"}, {"%s新能源技术研究院", "%s Institute of New Energy", "institute"},
	{"%s微电子公共技术服务中心", "%s Microelectronics Service Centre", "platform"}, {"%s计量检测院", "%s Institute of Metrology", "institute"},
	{"%s智能装备研究院", "%s Institute of Smart Equipment", "institute"}, {"%s海洋与环境监测中心", "%s Marine and Environmental Centre", "lab"},
	{"%s医药创新公共平台", "%s Pharmaceutical Platform", "platform"}, {"%s理工学院", "%s College of Science and Engineering", "university"},
	{"%s数据与算力中心", "%s Data and Compute Centre", "platform"}, {"%s科技银行", "%s Technology Bank", "bank"},
	{"%s检测技术有限公司", "%s Testing Technology Ltd", "firm"}, {"%s产业技术研究院", "%s Institute of Industrial Technology", "institute"},
}

// Owners makes n synthetic organisations of a province that offer something, the same ones for the same seed.
func Owners(n int, province unit.Region, seed uint64) []registry.Org {
	regions := unit.GB2260()
	today := day(2026, 1, 1)
	places := citiesOf(regions, province, today)
	all, called := make([]registry.Org, 0, n), map[string]int{}
	for i := range n {
		shape := ownerShapes[i%len(ownerShapes)]
		at := places[(i/2+int(seed%7))%len(places)]
		name := regions.Name(at, today)
		zh, en := strings.TrimSuffix(strings.TrimSuffix(name[0], "市"), "区"), strings.TrimSuffix(strings.TrimSuffix(name[1], " City"), " District")
		no := ""
		if called[shape.zh+zh]++; called[shape.zh+zh] > 1 {
			no = strconv.Itoa(called[shape.zh+zh])
		}
		subject, err := unit.MakeSubject(fmt.Sprintf("DEM%05d", i%100_000))
		if err != nil {
			panic(err) // eight digits and letters make a subject code
		}
		code, err := unit.MakeUSCC("12" + string(at) + subject)
		if err != nil {
			panic(err)
		}
		all = append(all, registry.Org{Code: string(code), Name: fault.Words{fmt.Sprintf(shape.zh, zh) + no + "（演示）", strings.TrimSpace(fmt.Sprintf(shape.en, en)+" "+no) + " (demo)"},
			Kind: shape.kind, Region: at, Founded: day(2010, 1, 1).Add(37 * (i % 130)), Home: string(province), Synthetic: true})
	}
	return all
}

// Offers makes n listings of the owners, of every kind or of one, the same ones for the same seed.
func Offers(n int, kind string, owners []registry.Org, seed uint64) iter.Seq[Offer] {
	return func(yield func(Offer) bool) {
		r := rand.New(rand.NewPCG(seed, uint64(len(owners))))
		others := slices.DeleteFunc(slices.Clone(otherRows()), func(t template) bool { return kind != "" && t["kind"] != kind })
		for i := range n {
			o := owners[r.IntN(len(owners))]
			var offer Offer
			if kind == "instrument" || kind == "" && i%3 != 2 || len(others) == 0 {
				t := instrumentRows()[(i+r.IntN(7))%len(instrumentRows())]
				if i < len(instrumentRows()) {
					t = instrumentRows()[i] // each type once before any comes twice
				}
				offer = anInstrument(r, t, o, i)
			} else {
				offer = another(r, others[(i/3*11+int(seed%97))%len(others)], o, i) // in strides, so that every kind comes soon
			}
			if !yield(offer) {
				return
			}
		}
	}
}

// pick is one of several values between bars.
func pick(r *rand.Rand, values string) string {
	all := strings.Split(values, "|")
	return all[r.IntN(len(all))]
}

// between is a number of a range "a-b", rounded down to step.
func between(r *rand.Rand, span string, step int) int {
	low, high, _ := strings.Cut(span, "-")
	a, _ := strconv.Atoi(low)
	b, _ := strconv.Atoi(high)
	if b <= a {
		return a
	}
	return (a + r.IntN(b-a+1)) / step * step
}

// contact is the made-up contact of every offer.
func contact(typed map[string]string, o registry.Org) map[string]string {
	typed["region"], typed["contact"], typed["phone"], typed["email"] = string(o.Region), "服务窗口（演示）", "000-00000000", "service@owner.example"
	return typed
}

func anInstrument(r *rand.Rand, t template, o registry.Org, i int) Offer {
	makers := strings.Split(t["models"], ";")
	maker, models, _ := strings.Cut(makers[r.IntN(len(makers))], ":")
	model := pick(r, models)
	hour := between(r, t["hour"], 10)
	since := day(2012, 1, 1).Add(r.IntN(4700))
	imported := r.IntN(6) == 0
	typed := contact(map[string]string{
		"name": t["zh"], "ename": t["en"], "model": model, "manufacturer": maker, "class": t["class"], "realm": strings.ReplaceAll(t["realm"], "|", "、"),
		"technical": fmt.Sprintf("型号 %s；%s", model, t["does_zh"]), "function": t["does_zh"] + "（" + t["does_en"] + "）", "service_content": t["service"],
		"status": "1", "share": "2", "service_way": pick(r, "1;3|2;3|3|1;2;3"), "fee": fmt.Sprintf("企业 %d 元/小时，院校 %d 元/小时", hour, hour*6/10),
		"price_hour": strconv.Itoa(hour), "price_academic_hour": strconv.Itoa(hour * 6 / 10), "price_sample": strconv.Itoa(max(hour/2, 50)), "price_minimum": strconv.Itoa(hour),
		"run_machine": fmt.Sprintf("%d.%d", 400+r.IntN(2200), r.IntN(10)), "service_machine": fmt.Sprintf("%d", 20+r.IntN(700)),
		"worth": strconv.Itoa(between(r, t["worth"], 1)) + "万", "begin_date": since.String(), "source": "1", "type_status": "2", "funds": pick(r, "1|2|3|1;2"),
		"affiliate": pick(r, "4|1|6|7"), "inner_id": fmt.Sprintf("EQ-%s-%06d", o.Region[:2], i), "duty_free": "否", "requirement": "预约审核后使用；样品须申报危险性。",
	}, o)
	if r.IntN(3) == 0 {
		typed["accreditation"] = pick(r, "cma|cnas|cma;cnas")
	}
	if imported {
		typed["duty_free"], typed["customs_no"], typed["customs_date"], typed["customs_item"] = "是", fmt.Sprintf("22%016d", r.Int64N(1e15)), since.Add(-90).String(), "1"
		typed["customs_name"], typed["customs_unit"] = t["zh"], fmt.Sprintf("%010d", r.Int64N(1e10))
	}
	return Offer{"instrument", o.Code, typed}
}

// another is an offer of any other kind: what all have in common, and what the template says of its own kind.
func another(r *rand.Rand, t template, o registry.Org, i int) Offer {
	no := fmt.Sprintf("%s-%s-%06d", strings.ToUpper(t["kind"][:3]), o.Region[:2], i)
	tags := strings.ReplaceAll(t["tags"], "|", "、")
	typed := contact(map[string]string{"name": t["zh"], "ename": t["en"], "function": t["does_zh"] + "（" + t["does_en"] + "）"}, o)
	put := func(pairs ...string) {
		for i := 0; i+1 < len(pairs); i += 2 {
			typed[pairs[i]] = pairs[i+1]
		}
	}
	money := func(span string) string { return strconv.Itoa(between(r, t[span], 100)) }
	many := func(id string) string { return strings.ReplaceAll(t[id], "|", "、") }
	switch t["kind"] {
	case "facility":
		put("inner_id", no, "category", t["category"], "realm", tags, "supporting_unit", o.Name[0], "construction", "running", "technical", t["does_zh"],
			"stations", many("stations"), "requirement", "按轮次提交课题申请，专家评审后安排机时。", "price_shift", money("price_shift"), "fee", "企业按班次收费，院校减免。")
	case "lab":
		put("inner_id", no, "category", t["category"], "realm", tags, "area", strconv.Itoa(300+r.IntN(6000)), "instruments", strconv.Itoa(10+r.IntN(240)),
			"capacity", t["capacity"], "service_content", t["does_zh"], "price_day", money("price_day"), "accreditation", pick(r, "cnas|cma;cnas|iso17025"))
	case "service":
		put("inner_id", no, "category", t["category"], "standard", many("standard"), "object", many("object"), "method", t["does_zh"], "price", money("price"),
			"price_unit", t["unit"], "fee", "以报价单为准。", "lead_days", strconv.Itoa(3+r.IntN(25)), "voucher", pick(r, "是|是|否"), "accreditation", pick(r, "cma|cnas|cma;cnas"))
	case "expert":
		put("inner_id", no, "consent", "是", "title", t["title"], "fields", tags, "services", many("services"), "price_day", money("price_day"), "unit", o.Name[0])
	case "technology":
		put("result_no", no, "fields", tags, "industry", many("industry"), "stage", t["stage"], "transfer", many("transfer"), "price", money("price"),
			"ip", "权属清晰，单位所有，无质押。", "indicator", t["does_zh"])
	case "data":
		put("product_no", no, "type", t["type"], "domain", tags, "update_cycle", t["update"], "source", "own", "personal", t["personal"], "important", "否", "basis", "hold、operate",
			"scenes", many("scenes"), "delivery", many("delivery"), "price", money("price"), "licence", "限本单位在约定场景使用，不得转售。", "volume", fmt.Sprintf("%d 万条", 10+r.IntN(9000)), "security", "2",
			"contact", "数据运营部（演示）")
	case "compute":
		put("inner_id", no, "type", t["type"], "chip", pick(r, t["chip"]), "domestic", t["domestic"], "cards", strconv.Itoa(8*(1+r.IntN(256))), "price_card_hour", strconv.Itoa(between(r, t["card"], 1)),
			"fp16", strconv.Itoa(1+r.IntN(900)), "memory", pick(r, "32|64|80"), "pue", "1."+pick(r, "12|18|24|28"), "green", strconv.Itoa(20+r.IntN(80)), "fee", "按卡时计量，闲时八折。",
			"software", "PyTorch、MindSpore、Slurm", "security", "3", "data_leaves", "是", "contact", "算力运营部（演示）")
	case "finance":
		put("product_no", no, "type", t["type"], "scene", many("scene"), "audience", tags, "amount_max", money("max"), "term_months", strconv.Itoa(between(r, t["term"], 1)),
			"rate_from", fmt.Sprintf("%d.%02d", between(r, t["rate"], 1)/100, r.IntN(100)), "collateral", t["collateral"], "days", strconv.Itoa(2+r.IntN(9)), "licence_no", "DEMO-"+no, "contact", "科创金融部（演示）")
	case "demand":
		put("demand_no", no, "type", t["type"], "fields", tags, "indicator", t["does_zh"]+"；测试方法：第三方检测。", "budget", money("budget"), "deadline", day(2026, 6, 1).Add(r.IntN(200)).String(),
			"who", "国内独立法人，不限地区。", "confidential", "nda")
	case "scenario":
		put("scenario_no", no, "type", t["type"], "fields", tags, "conditions", t["does_zh"], "opens", "2026-03-01", "closes", day(2026, 9, 1).Add(r.IntN(120)).String(),
			"who", "具备相应资质的企业与团队。", "safety", "须通过安全评估并投保。", "contact", "场景办公室（演示）")
	}
	for _, id := range strings.Split(lacking[t["kind"]], " ") {
		delete(typed, id)
	}
	return Offer{t["kind"], o.Code, typed}
}

// lacking are the fields of contact that a kind does not have.
var lacking = map[string]string{"expert": "contact", "finance": "email", "scenario": "email", "data": "phone"}

// WriteOffers writes the offers of one kind as a sheet that the import reads.
func WriteOffers(w io.Writer, f sheets.Format, k *kinds.Kind, offers iter.Seq[Offer]) error {
	head := []string{"owner"}
	for _, field := range k.Fields {
		head = append(head, field.ID)
	}
	out, err := sheets.NewWriter(w, f, k.ZH, head)
	if err != nil {
		return err
	}
	for o := range offers {
		if o.Kind != k.ID {
			continue
		}
		cells := []any{o.Owner}
		for _, field := range k.Fields {
			cells = append(cells, o.Typed[field.ID])
		}
		if err := out.Row(cells...); err != nil {
			return err
		}
	}
	return out.End()
}

// needy are the firms of each node that look for something, so that matching and an introduction can be tried.
var needy = map[string]struct{ code, region string }{Shanghai: {ShanghaiFirm, "310115"}, Jiangsu: {JiangsuFirm, "320500"}, Zhejiang: {ZhejiangFirm, "330100"}, Anhui: {SmallFirm, "340100"}}

// enterOffers enters the owners of a node and what they offer, once, through the import that users have.
func enterOffers(ctx context.Context, n *node.Node, admin access.Actor) error {
	some := 0
	err := n.DB.Read(ctx, func(tx *db.Tx) error {
		there, err := n.Catalogue.Every(ctx, tx, "", 1)
		some = len(there)
		return err
	})
	if err != nil || some > 0 {
		return err
	}
	province := unit.Region(n.Node.Code)
	owners := Owners(ownersOfNode, province, offersSeed)
	err = n.DB.Act(ctx, func(tx *db.Tx) error {
		for _, o := range owners {
			if err := n.Registry.Put(ctx, tx, admin, o); err != nil {
				return fmt.Errorf("owner %s: %w", o.Code, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, o := range organisations() { // the laboratory of the tour is an owner, too
		if o.Kind == "lab" && unit.Region(o.Home) == province {
			owners = append(owners, o.Org)
		}
	}
	offers := slices.Collect(Offers(offersOfNode, "", owners, offersSeed+uint64(province[1])))
	if province == Shanghai {
		const model = "Titan Krios G4"
		first := offers[0]
		first.Typed["technical"] = strings.ReplaceAll(first.Typed["technical"], first.Typed["model"], model)
		first.Typed["region"], first.Typed["model"], first.Typed["manufacturer"] = "310115", model, "Thermo Fisher Scientific"
		offers[0].Owner = Lab
	}
	if i := slices.IndexFunc(offers, func(o Offer) bool { return o.Kind == "demand" }); i >= 0 { // a firm with an account has a need of its own
		firm := needy[n.Node.Code]
		offers[i].Owner, offers[i].Typed["region"] = firm.code, firm.region
	}
	for _, k := range n.Catalogue.Kinds().All {
		var b bytes.Buffer
		if err := WriteOffers(&b, sheets.CSV, k, slices.Values(offers)); err != nil {
			return err
		}
		rep, err := n.Catalogue.Take(ctx, access.System("demo"), catalogue.Import{Kind: k.ID, Name: k.ID + ".csv", File: bytes.NewReader(b.Bytes()), Publish: true})
		if err != nil {
			if len(rep.Bad) > 0 {
				err = fmt.Errorf("%w: %s %s %q: %w", err, rep.Bad[0].Place(), rep.Bad[0].Header, rep.Bad[0].Text, rep.Bad[0].Fault)
			}
			return fmt.Errorf("offers of kind %s: %w", k.ID, err)
		}
	}
	return nil
}
