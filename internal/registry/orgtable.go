package registry

import (
	"context"
	"slices"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// organisations is a file of organisations. A column that is left out, and an empty cell, leave what stands.
var organisations = table{id: "organisations", zh: "机构", en: "Organisations",
	columns: []column{codeColumn,
		{id: "name", zh: "名称", en: "Name", also: []string{"单位名称", "企业名称", "机构名称", "中文名称"}},
		{id: "name_en", zh: "英文名称", en: "English name"},
		{id: "kind", zh: "机构类型", en: "Kind", also: []string{"类型", "单位类型"}},
		{id: "region", zh: "行政区划代码", en: "Region", also: []string{"区划代码", "所在地代码"}},
		{id: "industry", zh: "行业代码", en: "Industry", also: []string{"国民经济行业代码"}},
		{id: "founded", zh: "成立日期", en: "Founded", also: []string{"注册日期"}, shape: isDay},
		{id: "status", zh: "登记状态", en: "Status", also: []string{"经营状态"}},
		{id: "controller", zh: "实际控制人", en: "Actual controller", also: []string{"实际控制人代码"}},
		{id: "home", zh: "所属节点", en: "Home node"},
		{id: "synthetic", zh: "演示数据", en: "Synthetic"},
		sinceColumn, sourceColumn},
	read:  readOrg,
	meet:  meetOrg,
	write: writeOrgs,
}

// orgItem is a row of organisations: what its cells say, and which cells say something.
type orgItem struct {
	o      Org
	given  map[string]bool
	status *bool
}

func readOrg(r *Registry, y *line) any {
	v := orgItem{given: map[string]bool{}}
	for i, c := range y.t.columns {
		v.given[c.id] = y.it.cells[i] != ""
	}
	o := &v.o
	o.Code = y.org()
	o.Name[0], o.Name[1] = y.text("name", false), y.text("name_en", false)
	o.Kind = y.one("kind", false, kindWords)
	if s := y.get("region"); s != "" {
		region, err := unit.ParseRegion(s)
		if err == nil {
			err = r.c.Regions.Check(region)
		}
		if err != nil {
			y.refuse("region", err)
		}
		o.Region = region
	}
	if s := y.get("industry"); s != "" {
		industry, err := unit.ParseIndustry(s)
		if err != nil {
			y.refuse("industry", err)
		}
		o.Industry = industry
	}
	o.Founded = y.pastDay("founded", false)
	o.Controller = y.text("controller", false)
	o.Home, o.Source, o.Since = y.text("home", false), y.get("source"), y.pastDay("since", false)
	o.Synthetic, _ = y.yes("synthetic", false)
	if o.Source == "" {
		o.Source = y.source
	}
	v.status = y.status()
	y.key = []string{o.Code}
	return v
}

// status reads what the company register says, by the words of the mark for being in operation.
func (y *line) status() *bool {
	s := y.text("status", false)
	if s == "" {
		return nil
	}
	w, _ := markOf(Operating)
	yes := slices.Contains(w.Yes, s)
	if !yes && !slices.Contains(w.No, s) {
		y.refuse("status", fault.New(fault.Invalid, "registry.cell_word", "text", shorten(s)))
	}
	return &yes
}

// over puts what a row says over what stands. The kind of a new organisation without one follows from its code: 9 is a
// firm, by GB 32100.
func (v orgItem) over(old Org, known bool) Org {
	o := v.o
	if !known {
		if o.Kind == "" {
			o.Kind = "other"
			if o.Code[0] == '9' {
				o.Kind = "firm"
			}
		}
		return o
	}
	keep := func(id string, set func()) {
		if !v.given[id] {
			set()
		}
	}
	keep("name", func() { o.Name[0] = old.Name[0] })
	keep("name_en", func() { o.Name[1] = old.Name[1] })
	keep("kind", func() { o.Kind = old.Kind })
	keep("region", func() { o.Region = old.Region })
	keep("industry", func() { o.Industry = old.Industry })
	keep("founded", func() { o.Founded = old.Founded })
	keep("home", func() { o.Home = old.Home })
	keep("synthetic", func() { o.Synthetic = old.Synthetic })
	return o
}

func meetOrg(ctx context.Context, c *taking, tx *db.Tx, it *item, old Org, known bool) (newness, error) {
	v := it.v.(orgItem)
	o := v.over(old, known)
	if err := c.r.check(&o); err != nil {
		it.refuse(nil, c.t, fieldOr(err, c.t, "code"), err)
		return isSame, nil
	}
	if v.o.Controller != "" {
		x := Relation{Org: o.Code, Holder: v.o.Controller, Kind: Controls, Since: c.today, Source: "-"}
		if err := c.r.checkHolder(ctx, tx, x); fault.KindOf(err) == fault.Invalid {
			it.refuse(nil, c.t, "controller", err)
			return isSame, nil
		} else if err != nil {
			return isSame, err
		}
	}
	for _, region := range []unit.Region{o.Region, old.Region} {
		if region == "" {
			continue
		}
		if err := c.may(region); err != nil {
			it.refuse(nil, c.t, "region", err)
			return isSame, nil
		}
	}
	if !known {
		return isNew, nil
	}
	fresh, err := c.r.freshStatus(ctx, tx, v, c.today)
	if err != nil || fresh || !same(o, old) {
		return isChange, err
	}
	if v.o.Controller != "" {
		now, stated, err := c.r.controllerOn(ctx, tx, o.Code, c.today)
		if err != nil || !stated && v.o.Controller != o.Code || stated && now.Holder != v.o.Controller {
			return isChange, err
		}
	}
	return isSame, nil
}

// freshStatus says whether a row has a status that does not stand.
func (r *Registry) freshStatus(ctx context.Context, tx *db.Tx, v orgItem, day unit.Day) (bool, error) {
	if v.status == nil {
		return false, nil
	}
	all, err := r.marksUpTo(ctx, tx, v.o.Code, day)
	for i := len(all) - 1; i >= 0; i-- { // newest first
		if all[i].mark == Operating {
			return all[i].is != *v.status, err
		}
	}
	return true, err
}

// writeOrgs enters the new ones together and states what has changed of the others.
func writeOrgs(ctx context.Context, c *taking, tx *db.Tx, items []*item) error {
	codes := make([]string, len(items))
	for i, it := range items {
		codes[i] = it.code
	}
	there, err := selectOrgs(ctx, tx, codes)
	if err != nil {
		return err
	}
	var fresh []Org
	for _, it := range items {
		old, known := there[it.code]
		o := it.v.(orgItem).over(old, known)
		if err := c.r.check(&o); err != nil {
			return err
		}
		if err := c.may(o.Region); err != nil {
			return err
		}
		if !known {
			o.Entered = tx.Now()
			fresh = append(fresh, o)
			continue
		}
		if err := c.may(old.Region); err != nil {
			return err
		}
		if _, err := c.r.state(ctx, tx, o, old, true); err != nil {
			return err
		}
	}
	if err := c.r.insert(ctx, tx, fresh); err != nil {
		return err
	}
	return c.writeBeside(ctx, tx, items)
}

// writeBeside states the status and the controller that stood in rows of organisations.
func (c *taking) writeBeside(ctx context.Context, tx *db.Tx, items []*item) error {
	var codes []string
	var rows []markRow
	for _, it := range items {
		v := it.v.(orgItem)
		source, since := v.o.Source, v.o.Since
		if source == "" {
			source = "import/" + string(c.id)
		}
		if !since.Valid() {
			since = c.today
		}
		fresh, err := c.r.freshStatus(ctx, tx, v, c.today)
		if err != nil {
			return err
		}
		if fresh {
			codes = append(codes, it.code)
			rows = append(rows, markRow{mark: Operating, is: *v.status, since: since, source: source})
		}
		if v.o.Controller != "" {
			o := Org{Code: it.code, Controller: v.o.Controller, Since: v.o.Since, Source: source}
			if err := c.r.putController(ctx, tx, c.who, o); err != nil {
				return err
			}
		}
	}
	return insertMarks(ctx, tx, codes, rows)
}
