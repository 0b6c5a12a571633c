package registry

import (
	"context"
	"slices"
	"strconv"

	"corridor/internal/db"
	"corridor/internal/fault"
)

var (
	sourceColumn = column{id: "source", zh: "来源", en: "Source", also: []string{"数据来源"}}
	sinceColumn  = column{id: "since", zh: "起始日期", en: "Since", also: []string{"生效日期", "开始日期", "自"}, shape: isDay}
	untilColumn  = column{id: "until", zh: "截止日期", en: "Until", also: []string{"有效期至", "终止日期", "至"}, shape: isDay}
	basisColumn  = column{id: "basis", zh: "依据", en: "Basis", also: []string{"文号", "决定文号"}}
)

// figures is a file with a row for each organisation and year, and a column for each figure.
var figures = table{id: "figures", zh: "年度数据", en: "Yearly figures",
	columns: append([]column{codeColumn,
		{id: "year", zh: "年度", en: "Year", also: []string{"年份"}, needed: true, shape: isCount},
		{id: "filed", zh: "申报日期", en: "Filed on", also: []string{"填报日期"}, needed: true, shape: isDay},
		sourceColumn}, figureColumns()...),
	read:  readFigures,
	meet:  meetFigures,
	write: each(writeFigures),
}

func figureColumns() (all []column) {
	for _, w := range figureWords {
		c := column{id: w.ID, zh: w.ZH, en: w.EN, shape: isCount}
		if w.Money {
			c.shape = isMoney
		}
		all = append(all, c)
	}
	return all
}

func readFigures(_ *Registry, y *line) any {
	code, filed, source := y.org(), y.pastDay("filed", true), y.from()
	year, err := strconv.Atoi(y.text("year", true))
	if err != nil && y.get("year") != "" {
		y.refuse("year", fault.New(fault.Invalid, "registry.cell_count", "text", shorten(y.get("year"))))
	}
	var all []Filed
	for _, w := range figureWords {
		n, given := y.figure(w.ID, w.Money)
		if !given {
			continue
		}
		f := Filed{Figure: Figure(w.ID), Year: year, Value: n, Source: source, Filed: filed}
		if err := checkFigure(f, y.today); err != nil && len(y.it.bad) == 0 {
			y.refuse(fieldOr(err, y.t, w.ID), err)
		}
		all = append(all, f)
	}
	if len(all) == 0 && len(y.it.bad) == 0 {
		y.refuse(figureWords[0].ID, fault.New(fault.Invalid, "registry.cell_missing"))
	}
	y.key = []string{code, strconv.Itoa(year), filed.String()}
	return all
}

// fieldOr is the column that a refusal is about, or another where the table has none of that name.
func fieldOr(err error, t table, other string) string {
	if f := fault.Of(err).Field; t.index(f) >= 0 {
		return f
	}
	return other
}

func meetFigures(ctx context.Context, c *taking, tx *db.Tx, it *item, o Org, known bool) (newness, error) {
	if !c.home(it, o, known) {
		return isSame, nil
	}
	fresh, err := c.r.freshFigures(ctx, tx, it)
	if len(fresh) == 0 || err != nil {
		return isSame, err
	}
	return isNew, nil
}

// freshFigures are the figures of a row that are not stated already.
func (r *Registry) freshFigures(ctx context.Context, tx *db.Tx, it *item) ([]Filed, error) {
	there, err := r.Figures(ctx, tx, it.code)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(it.v.([]Filed)), func(f Filed) bool {
		i := slices.IndexFunc(there, func(t Filed) bool { return t.Figure == f.Figure && t.Year == f.Year && t.Filed == f.Filed })
		return i >= 0 && there[i] == f
	}), nil
}

func writeFigures(ctx context.Context, c *taking, tx *db.Tx, it *item) error {
	fresh, err := c.r.freshFigures(ctx, tx, it)
	for _, f := range fresh {
		if err = insertFigure(ctx, tx, it.code, f); err != nil {
			return err
		}
	}
	return err
}

// each writes rows one by one, after asking again for the permission: the registry may have changed since the check.
func each(write func(ctx context.Context, c *taking, tx *db.Tx, it *item) error) func(context.Context, *taking, *db.Tx, []*item) error {
	return func(ctx context.Context, c *taking, tx *db.Tx, items []*item) error {
		var codes []string
		for _, it := range items {
			codes = append(codes, it.code)
		}
		orgs, err := selectOrgs(ctx, tx, codes)
		if err != nil {
			return err
		}
		for _, it := range items {
			if o, known := orgs[it.code]; !known {
				return fault.New(fault.Conflict, "registry.import_moved", "row", it.at.row)
			} else if err := c.may(o.Region); err != nil {
				return err
			}
			if err := write(ctx, c, tx, it); err != nil {
				return err
			}
		}
		return nil
	}
}

// marks is a file of what registers say.
var marks = table{id: "marks", zh: "信用与状态登记", en: "Marks of registers",
	columns: []column{codeColumn,
		{id: "mark", zh: "登记事项", en: "Mark", also: []string{"事项", "名单"}, needed: true},
		{id: "is", zh: "是否", en: "Yes or no", also: []string{"状态", "列入", "结果"}, needed: true},
		withNeed(sinceColumn), sourceColumn, basisColumn},
	read: func(_ *Registry, y *line) any {
		m := markRow{mark: Mark(y.one("mark", true, plainWords(markWords))), since: y.pastDay("since", true), source: y.from(), basis: y.text("basis", false)}
		m.is, _ = y.yes("is", true)
		y.key = []string{y.org(), string(m.mark), m.since.String()}
		return m
	},
	meet: func(ctx context.Context, c *taking, tx *db.Tx, it *item, o Org, known bool) (newness, error) {
		if !c.home(it, o, known) {
			return isSame, nil
		}
		fresh, err := c.r.freshMark(ctx, tx, it.code, it.v.(markRow))
		if !fresh {
			return isSame, err
		}
		return isNew, err
	},
	write: each(func(ctx context.Context, c *taking, tx *db.Tx, it *item) error {
		m := it.v.(markRow)
		if fresh, err := c.r.freshMark(ctx, tx, it.code, m); !fresh || err != nil {
			return err
		}
		return insertMark(ctx, tx, it.code, m)
	}),
}

func withNeed(c column) column { c.needed = true; return c }

func plainWords(marks []markWord) (all []Word) {
	for _, m := range marks {
		all = append(all, m.Word)
	}
	return all
}

// freshMark says whether a mark is not stated already.
func (r *Registry) freshMark(ctx context.Context, tx *db.Tx, code string, m markRow) (bool, error) {
	there, err := r.marksUpTo(ctx, tx, code, m.since)
	return !slices.Contains(there, m), err
}

// relations is a file of owners, controllers, legal representatives and declared ties.
var relations = table{id: "relations", zh: "股东与控制关系", en: "Owners and controllers",
	columns: []column{codeColumn,
		{id: "kind", zh: "关系", en: "Relation", also: []string{"关系类别"}, needed: true},
		{id: "holder", zh: "关联方", en: "Holder", also: []string{"股东", "持有人", "关联方代码"}, needed: true},
		{id: "share", zh: "持股比例", en: "Share", also: []string{"比例"}},
		withNeed(sinceColumn), untilColumn, sourceColumn},
	read: func(_ *Registry, y *line) any {
		x := Relation{Org: y.org(), Kind: y.one("kind", true, relationWords), Holder: y.text("holder", true), Since: y.pastDay("since", true),
			Until: y.day("until", false), Source: y.from()}
		if v := y.text("share", false); v != "" {
			if err := x.Share.UnmarshalText([]byte(v)); err != nil {
				y.refuse("share", err)
			}
		}
		if len(y.it.bad) == 0 {
			if err := checkRelation(&x); err != nil {
				y.refuse(fieldOr(err, y.t, "kind"), err)
			}
		}
		y.key = []string{x.Org, x.Kind, x.Holder, x.Since.String()}
		return x
	},
	meet: func(ctx context.Context, c *taking, tx *db.Tx, it *item, o Org, known bool) (newness, error) {
		x := it.v.(Relation)
		if !c.home(it, o, known) {
			return isSame, nil
		}
		if err := c.r.checkHolder(ctx, tx, x); fault.KindOf(err) == fault.Invalid {
			it.refuse(nil, c.t, "holder", err)
			return isSame, nil
		} else if err != nil {
			return isSame, err
		}
		fresh, err := c.r.freshRelation(ctx, tx, x)
		if !fresh {
			return isSame, err
		}
		return isNew, err
	},
	write: each(func(ctx context.Context, c *taking, tx *db.Tx, it *item) error {
		x := it.v.(Relation)
		if fresh, err := c.r.freshRelation(ctx, tx, x); !fresh || err != nil {
			return err
		}
		return insertRelation(ctx, tx, x)
	}),
}

var relationWords = []Word{{Share, "持股", "Share"}, {Controls, "实际控制人", "Actual controller"}, {LegalPerson, "法定代表人", "Legal representative"},
	{DeclaredTie, "声明的关联", "Declared tie"}}

// RelationWords is what people call a kind of relation.
func RelationWords(kind string) fault.Words { return wordsOf(relationWords, kind) }

// freshRelation says whether a relation is not stated already.
func (r *Registry) freshRelation(ctx context.Context, tx *db.Tx, x Relation) (bool, error) {
	rows, err := selectRelations(ctx, tx, x.Org, x.Since, r.known)
	for i := len(rows) - 1; i >= 0; i-- { // of one relation and day the last entered counts
		if t := rows[i]; t.Kind == x.Kind && t.Holder == x.Holder && t.Since == x.Since {
			t.entered = 0
			return t != x, err
		}
	}
	return true, err
}
