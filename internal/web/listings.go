package web

import (
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/catalogue"
	"corridor/internal/catalogue/kinds"
	"corridor/internal/fault"
	"corridor/internal/files"
	"corridor/internal/unit"
)

// factOfListing is one field of a listing as a page shows it.
type factOfListing struct {
	Name, Text string
	Unit       string
	Link       string // where the text leads; "" for nowhere
	Private    bool
}

type listingGroup struct {
	Name  string
	Facts []factOfListing
}

// versionView is one act on a listing with what it changed.
type versionView struct {
	catalogue.Version
	Words, StateWords fault.Words
	By                string
	Changes           []changeOfField
}

type changeOfField struct{ Name, Was, Is string }

type listingFileView struct {
	ID, Name, Title, Size, Path string
	Words                       fault.Words
	Picture                     bool
}

type listingPage struct {
	L        catalogue.Listing
	Kind     fault.Words
	KindID   string
	State    fault.Words
	Groups   []listingGroup
	Do       []string
	Pictures []listingFileView
	Files    []listingFileView
	History  []versionView
	Acts     []actOfListing
	Edit     bool
	Mine     bool // the actor keeps it
	Others   []catalogue.Listing
	Uses     []option
	Form     *form
	QR       template.HTML
	Address  string
	Due      unit.Day // until when a new one is to be published; no day where nothing is said
	Late     bool
	Stale    int // days since the owner looked at it, where that is longer than its kind asks for
	Basis    kinds.Number
	From     *mirrorView   // of a listing of another node
	Standing *standingView // nil: it cannot be booked here
	Book     bookedPart
	Match    bool           // it can be matched
	Asks     bool           // it is a need
	Direct   bool           // the actor may submit and publish it at once
	There    *freeThere     // of a listing of another node that can be booked there
	OfCase   *casework.Case // that makes the need, where the reader may see it
	Deal     bool           // who reads can see what a scheme would pay of it
}

type actOfListing struct {
	Act    catalogue.Act
	Words  fault.Words
	Reason bool
	Path   string
	Ends   bool // it takes the listing away
}

func (v *visit) listing() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	return v.showListing(id, nil)
}

func (v *visit) showListing(id unit.ID, f *form) error {
	c := v.s.c.Catalogue
	l, err := c.Get(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	p := listingPage{L: l, KindID: l.Kind, Kind: fault.Words{l.Kind, l.Kind}, State: l.State.Words(), Form: f}
	k, known := c.Kinds().Of(l.Kind)
	if known {
		p.Kind, p.Do = k.Words(), k.Do
		p.Groups = v.listingGroups(k, l.Fields)
		p.Due, p.Late = c.PublishBy(l, unit.DayOf(v.now(), beijing))
		p.Stale, p.Basis = c.Stale(l, v.now()), k.Refresh
		if p.Standing, err = v.standing(id, k.Do); err != nil {
			return err
		}
	}
	v.matchable(&p, k)
	if p.OfCase, err = v.caseOfListing(p.L.OfCase); err != nil {
		return err
	}
	if p.From, err = v.mirrorOf(l); err != nil {
		return err
	}
	all, err := c.FilesOf(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	for _, x := range all {
		view := listingFileView{string(x.ID), x.Name, x.Title, sizeText(x.Size), fmt.Sprintf("/listings/%s/files/%s", id, x.ID), x.Use.Words(), x.Use == catalogue.Picture}
		if view.Picture {
			p.Pictures = append(p.Pictures, view)
		} else {
			p.Files = append(p.Files, view)
		}
	}
	if p.History, err = v.listingHistory(k, id); err != nil {
		return err
	}
	if p.Book, err = v.bookedOf(l, k); err != nil {
		return err
	}
	if p.There, err = v.freeThereOf(l, k, p.From); err != nil {
		return err
	}
	p.Deal = v.dealOf(&p)
	p.Edit = c.MayChange(v.who, l)
	p.Mine = access.May(v.who, access.ListingEdit, access.Scope{Org: l.Owner, Region: l.Region}) == nil
	for _, a := range c.Allowed(v.who, l) {
		p.Acts = append(p.Acts, actOfListing{a.Act, a.Act.Words(), a.Reason, "/listings/" + string(id) + map[bool]string{true: "/decide", false: "/acts"}[a.By == access.ListingPublish], a.Act.Closes()})
	}
	p.Acts = append(p.Acts, v.takeBackOf(l)...)
	for _, u := range catalogue.Uses {
		p.Uses = append(p.Uses, option{string(u), u.Words().In(v.lang)})
	}
	if p.Others, _, err = c.List(v.ctx(), v.who, catalogue.Query{Owner: l.Owner, Rows: 6}); err != nil {
		return err
	}
	p.Others = slices.DeleteFunc(p.Others, func(o catalogue.Listing) bool { return o.ID == id })
	p.Address = v.site() + "/listings/" + string(id)
	if p.QR, err = drawQR(p.Address, v.t("二维码：本页地址", "QR code: the address of this page")); err != nil {
		return err
	}
	v.under("/listings", "共享资源", "What is offered")
	return v.show("listing", l.Title.In(v.lang), p)
}

// listingGroups are the given fields of a listing by the parts of its kind.
func (v *visit) listingGroups(k *kinds.Kind, values kinds.Fields) (all []listingGroup) {
	for _, g := range k.Groups {
		view := listingGroup{Name: fault.Words{g.ZH, g.EN}.In(v.lang)}
		for _, f := range k.In(g.ID) {
			value := values[f.ID]
			if value == "" || f.ID == k.Title.ZH && v.lang == fault.ZH {
				continue
			}
			view.Facts = append(view.Facts, v.factOf(f, value))
		}
		if len(view.Facts) > 0 {
			all = append(all, view)
		}
	}
	return all
}

func (v *visit) factOf(f kinds.Field, value string) factOfListing {
	x := factOfListing{Name: f.Words().In(v.lang), Text: f.Show(value).In(v.lang), Unit: fault.Words(f.Unit).In(v.lang), Private: f.Private}
	switch f.Type {
	case "money":
		if x.Unit == "" {
			x.Unit = v.t("元", "yuan")
		}
	case "region":
		x.Text = placeName(unit.Region(value)).In(v.lang) + " " + value
	case "url":
		x.Link = value
	case "email":
		x.Link = "mailto:" + value
	}
	return x
}

// listingHistory are the acts on a listing, the newest first, each with what it changed against the one before.
func (v *visit) listingHistory(k *kinds.Kind, id unit.ID) (all []versionView, err error) {
	versions, err := v.s.c.Catalogue.Versions(v.ctx(), v.who, id)
	if err != nil {
		return nil, err
	}
	for i, x := range versions {
		view := versionView{Version: x, Words: x.Act.Words(), StateWords: x.State.Words()}
		if x.Person != "" {
			if view.By, err = v.s.c.Catalogue.NameOf(v.ctx(), x.Person); err != nil {
				return nil, err
			}
		}
		for _, before := range versions[i+1:] {
			if before.Fields != nil {
				view.Changes = v.fieldChanges(k, before.Fields, x.Fields)
				break
			}
		}
		all = append(all, view)
	}
	return all, nil
}

func (v *visit) fieldChanges(k *kinds.Kind, was, is kinds.Fields) (all []changeOfField) {
	if is == nil || k == nil {
		return nil
	}
	for _, f := range k.Fields {
		if was[f.ID] != is[f.ID] {
			all = append(all, changeOfField{f.Words().In(v.lang), f.Show(was[f.ID]).In(v.lang), f.Show(is[f.ID]).In(v.lang)})
		}
	}
	return all
}

// stepListing takes an act of the table of states.
func (v *visit) stepListing() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	act := catalogue.Act(f.Get("act"))
	ending := catalogue.Ending{Do: f.Get("ahead"), Seen: int(wholeNumber(f.Get("seen")))}
	if _, err := v.s.c.Catalogue.StepWith(v.ctx(), v.who, id, int(wholeNumber(f.Get("version"))), act, f.Get("reason"), ending); err != nil {
		v.back = "/listings/" + string(id)
		if !v.refused(err, func(string) string { return "acts" }) {
			return err
		}
		return v.showListing(id, f)
	}
	return v.to("/listings/"+string(id), "listing_"+string(act))
}

func (v *visit) copyListing() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	l, err := v.s.c.Catalogue.Copy(v.ctx(), v.who, id, f.Get("owner"))
	if err != nil {
		return err
	}
	return v.to("/listings/"+string(l.ID)+"/edit", "listing_copied")
}

func (v *visit) attachListing() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	if _, err := v.listingToEdit(id); err != nil { // before the file is kept
		return err
	}
	err = func() error {
		name, content, err := f.given("file")
		if err != nil {
			return err
		}
		kept, err := v.s.c.Files.Put(v.ctx(), name, strings.NewReader(string(content)))
		if err != nil {
			return fault.Of(err).On("file")
		}
		_, err = v.s.c.Catalogue.Attach(v.ctx(), v.who, id, int(wholeNumber(f.Get("version"))),
			catalogue.File{Use: catalogue.Use(f.Get("use")), Digest: kept.Digest, Name: files.Clean(name), Type: kept.Type, Size: kept.Size, Title: f.text("title")})
		return err
	}()
	if err != nil {
		v.back = "/listings/" + string(id)
		if !v.refusedForm(f, err) {
			return err
		}
		return v.showListing(id, f)
	}
	return v.to("/listings/"+string(id)+"#h-files", "listing_files")
}

func (v *visit) detachListing() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	file, err := idOf(v.r.PathValue("file"))
	if err != nil {
		return err
	}
	if _, err := v.s.c.Catalogue.Detach(v.ctx(), v.who, id, int(wholeNumber(f.Get("version"))), file); err != nil {
		return err
	}
	return v.to("/listings/"+string(id)+"#h-files", "listing_files")
}

// listingFile serves a picture to be seen, and everything else to be kept.
func (v *visit) listingFile() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	all, err := v.s.c.Catalogue.FilesOf(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(x catalogue.File) bool { return string(x.ID) == v.r.PathValue("file") })
	if at < 0 {
		return fault.New(fault.NotFound, "catalogue.file_unknown")
	}
	_, content, err := v.s.c.Files.Get(v.ctx(), all[at].Digest)
	if err != nil {
		return err
	}
	if all[at].Use != catalogue.Picture {
		return v.download(all[at].Name, all[at].Type, content)
	}
	v.w.Header().Set("Content-Type", all[at].Type)
	v.w.Header().Set("Cache-Control", "private, max-age=3600")
	_, err = v.w.Write(content)
	return err
}

// rowOfListing is a listing as a line of a list.
type rowOfListing struct {
	catalogue.Listing
	KindWords, StateWords fault.Words
	Facts                 []factOfListing
	Price                 string
	Due                   unit.Day
	Late                  bool
	Stale                 int
}

func (v *visit) rowsOfListings(all []catalogue.Listing) (rows []rowOfListing) {
	today := unit.DayOf(v.now(), beijing)
	for _, l := range all {
		r := rowOfListing{Listing: l, KindWords: fault.Words{l.Kind, l.Kind}, StateWords: l.State.Words(), Stale: v.s.c.Catalogue.Stale(l, v.now())}
		r.Due, r.Late = v.s.c.Catalogue.PublishBy(l, today)
		if k, ok := v.s.c.Catalogue.Kinds().Of(l.Kind); ok {
			r.KindWords = k.Words()
			for _, id := range k.Summary {
				if f, _ := k.Field(id); l.Fields[id] != "" {
					r.Facts = append(r.Facts, v.factOf(f, l.Fields[id]))
				}
			}
		}
		rows = append(rows, r)
	}
	return rows
}

type kindTab struct {
	ID   string
	Name string
	Path string
	Here bool
}

type listingsPage struct {
	Query   catalogue.Query
	Kinds   []kindTab
	About   fault.Words
	Rows    []rowOfListing
	Regions []regionView
	Next    string
	Exports []exportView
	Mine    bool
	First   bool // of several pages
}

// listings lists what is published, kind by kind, the newest first. Whoever looks for something searches.
func (v *visit) listings() error {
	q := v.r.URL.Query()
	query := catalogue.Query{Kind: q.Get("kind"), Region: unit.Region(q.Get("region")), Owner: q.Get("owner"), After: unit.ID(q.Get("after"))}
	p := listingsPage{Query: query, Mine: access.MaySomewhere(v.who, access.ListingEdit) == nil, First: query.After == ""}
	set := v.s.c.Catalogue.Kinds()
	p.Kinds = append(p.Kinds, kindTab{"", v.t("全部", "All"), v.filterLink("kind", ""), query.Kind == ""})
	for _, k := range set.All {
		p.Kinds = append(p.Kinds, kindTab{k.ID, k.Words().In(v.lang), v.filterLink("kind", k.ID), query.Kind == k.ID})
		if k.ID == query.Kind {
			p.About = fault.Words(k.About)
			p.Exports = v.listingExports()
		}
	}
	if _, ok := set.Of(query.Kind); !ok && query.Kind != "" {
		return fault.New(fault.NotFound, "catalogue.kind_unknown", "kind", query.Kind)
	}
	if v.wantsFile() {
		return v.listingsFile(query)
	}
	if query.Kind == "" {
		p.Exports = []exportView{v.exports()}
	}
	all, next, err := v.s.c.Catalogue.List(v.ctx(), v.who, query)
	if err != nil {
		return err
	}
	p.Rows = v.rowsOfListings(all)
	if next != "" {
		p.Next = v.afterLink(next)
	}
	if p.Regions, err = v.regions(); err != nil {
		return err
	}
	return v.show("listings", v.t("共享资源", "What is offered"), p)
}

// afterLink is this list from a listing on.
func (v *visit) afterLink(after unit.ID) string {
	q := v.r.URL.Query()
	q.Set("after", string(after))
	q.Del("done")
	return v.r.URL.Path + "?" + q.Encode()
}

func (v *visit) listingExports() []exportView {
	q := v.r.URL.Query()
	for _, word := range []string{"after", "done", "lang", "format"} {
		q.Del(word)
	}
	at := func(format string) string {
		q.Set("format", format)
		return "/listings/export?" + q.Encode()
	}
	return []exportView{{at("csv"), at("xlsx")}}
}

type mineListingsPage struct {
	Desk    bool
	Orgs    []option
	Form    *form
	Owner   string
	Region  unit.Region
	Regions []regionView
	Tabs    []kindTab // by state, with how many
	Kinds   []option
	Rows    []rowOfListing
	Next    string
	Exports []exportView
	Acts    []option // for all that is chosen
	Path    string
}

// myListings are all listings of one of the actor's organisations, published or not.
func (v *visit) myListings() error { return v.showMine(false, nil) }

// deskListings are those of a region, for the office that reviews them.
func (v *visit) deskListings() error { return v.showMine(true, nil) }

func (v *visit) showMine(desk bool, f *form) error {
	q := v.r.URL.Query()
	p := mineListingsPage{Desk: desk, Form: f, Path: "/listings/mine"}
	query := catalogue.Query{All: true, Kind: q.Get("kind"), State: catalogue.State(q.Get("state")), After: unit.ID(q.Get("after"))}
	title := v.t("本单位的资源", "What we offer")
	reach := access.ReachOf(v.who, access.ListingEdit)
	if desk {
		p.Path, title = "/listings/desk", v.t("资源审核与监管", "Review of listings")
		reach = access.ReachOf(v.who, access.ListingPublish)
		if query.Region = unit.Region(q.Get("region")); query.Region == "" && len(reach.Regions) > 0 {
			query.Region = reach.Regions[0]
		}
		for _, r := range reach.Regions {
			p.Regions = append(p.Regions, regionView{r, placeName(r)})
		}
		p.Region = query.Region
		p.Acts = v.actOptions(catalogue.Publish, catalogue.Return, catalogue.Suspend, catalogue.Retire)
	} else {
		var err error
		if p.Orgs, err = v.orgOptions(access.ListingEdit); err != nil {
			return err
		}
		if query.Owner = q.Get("owner"); query.Owner == "" && len(p.Orgs) > 0 {
			query.Owner = p.Orgs[0].Value
		}
		p.Owner = query.Owner
		p.Acts = v.actOptions(catalogue.Submit, catalogue.Confirm, catalogue.Publish, catalogue.Suspend, catalogue.Retire)
	}
	if query.Owner == "" && query.Region == "" && !reach.All {
		return fault.New(fault.NotFound, "catalogue.unknown")
	}
	if v.wantsFile() {
		return v.listingsFile(query)
	}
	for _, k := range v.s.c.Catalogue.Kinds().All {
		p.Kinds = append(p.Kinds, option{k.ID, k.Words().In(v.lang)})
	}
	n, err := v.s.c.Catalogue.Count(v.ctx(), v.who, query)
	if err != nil {
		return err
	}
	total := 0
	for _, s := range catalogue.States {
		total += n[s]
		p.Tabs = append(p.Tabs, kindTab{string(s), fmt.Sprintf("%s %d", s.Words().In(v.lang), n[s]), v.filterLink("state", string(s)), query.State == s})
	}
	p.Tabs = append([]kindTab{{"", fmt.Sprintf("%s %d", v.t("全部", "All"), total), v.filterLink("state", ""), query.State == ""}}, p.Tabs...)
	all, next, err := v.s.c.Catalogue.List(v.ctx(), v.who, query)
	if err != nil {
		return err
	}
	p.Rows = v.rowsOfListings(all)
	if next != "" {
		p.Next = v.afterLink(next)
	}
	p.Exports = []exportView{v.exports()}
	if query.Kind != "" {
		p.Exports = v.listingExports()
		whose := "&" + url.Values{"all": {"yes"}, "owner": {query.Owner}, "region": {string(query.Region)}}.Encode()
		for i := range p.Exports {
			p.Exports[i].CSV += whose
			p.Exports[i].XLSX += whose
		}
	}
	v.under("/listings", "共享资源", "What is offered")
	return v.show("listingmine", title, p)
}

// actOptions are acts to choose from.
func (v *visit) actOptions(acts ...catalogue.Act) (all []option) {
	for _, a := range acts {
		all = append(all, option{string(a), a.Words().In(v.lang)})
	}
	return all
}

// manyListings takes one act on all that were ticked, all of them or none.
func (v *visit) manyListings() error {
	desk := v.r.URL.Path == "/listings/desk"
	f, err := v.form()
	if err != nil {
		return err
	}
	chosen := map[unit.ID]int{}
	for _, x := range f.Values["listing"] {
		id, version, _ := strings.Cut(x, ":")
		one, err := idOf(id)
		if err != nil {
			return err
		}
		chosen[one] = int(wholeNumber(version))
	}
	if len(chosen) == 0 {
		err = fault.New(fault.Invalid, "catalogue.none_chosen").On("act")
	} else {
		err = v.s.c.Catalogue.StepMany(v.ctx(), v.who, chosen, catalogue.Act(f.Get("act")), f.Get("reason"))
	}
	if err != nil {
		v.back = v.r.URL.Path
		if !v.refusedForm(f, err) {
			return err
		}
		return v.showMine(desk, f)
	}
	return v.to(v.r.URL.Path+"?"+v.r.URL.RawQuery, "listing_many")
}
