package web

import (
	"fmt"
	"slices"
	"strings"

	"corridor/internal/access"
	"corridor/internal/catalogue"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

// gather puts every page of a list into one file: get is asked for the page after a place, "" for the first, and says where the next
// begins, "" behind the last. A list that is longer than a file may be is refused by put.
func gather(get func(after unit.ID) (next unit.ID, err error)) error {
	for after := unit.ID(""); ; {
		next, err := get(after)
		if err != nil || next == "" {
			return err
		}
		if next == after {
			return fmt.Errorf("a list does not go on after %s", after)
		}
		after = next
	}
}

// accountStates are the states of an account.
var accountStates = map[string]fault.Words{"active": {"在用", "active"}, "invited": {"已邀请", "invited"}, "disabled": {"已停用", "disabled"}, "erased": {"已注销", "erased"}}

// peopleFile hands out the people that this person looks after, a line for each thing that somebody holds.
func (v *visit) peopleFile(q access.PeopleQuery) error {
	s := &sheet{Name: "people", Head: []string{v.t("姓名", "Name"), v.t("邮箱", "E-mail"), v.t("所在单位", "Organisation"), v.t("状态", "State"), v.t("验证码", "Codes"), v.t("角色", "Role"), v.t("地区", "Region"), v.t("为哪个单位", "For organisation")}}
	err := gather(func(after unit.ID) (unit.ID, error) {
		q.After = after
		page, next, err := v.s.c.Access.People(v.ctx(), v.who, q)
		if err != nil {
			return "", err
		}
		for _, p := range page {
			grants := p.Grants
			if len(grants) == 0 {
				grants = []access.Grant{{}}
			}
			for _, g := range grants {
				role := ""
				if g.Role != "" {
					role = roleWords(g.Role).In(v.lang)
				}
				if err := s.put(p.Name, p.Email, p.Org, accountStates[p.State].In(v.lang), v.yesNo(p.Codes), role, string(g.Region), g.Org); err != nil {
					return "", err
				}
			}
		}
		return next, nil
	})
	if err != nil {
		return err
	}
	return v.send(s)
}

func (v *visit) yesNo(yes bool) string {
	if yes {
		return v.t("是", "yes")
	}
	return v.t("否", "no")
}

// jobsFile hands out the jobs that were given up. What a job carries stays here.
func (v *visit) jobsFile() error {
	s := &sheet{Name: "jobs", Head: []string{v.t("种类", "Kind"), v.t("对象", "About"), v.t("产生时间", "Made"), v.t("次数", "Attempts"), v.t("最近一次", "Tried last"), v.t("问题", "Problem")}}
	err := gather(func(after unit.ID) (unit.ID, error) {
		_, dead, next, err := v.s.deadJobs(v.ctx(), after)
		if err != nil {
			return "", err
		}
		for _, j := range dead {
			if err := s.put(j.Kind, j.Key, iso(j.Made), j.Attempts, iso(j.Tried), j.Problem); err != nil {
				return "", err
			}
		}
		return next, nil
	})
	if err != nil {
		return err
	}
	return v.send(s)
}

// noticesFile hands out what a person was told.
func (v *visit) noticesFile(q notice.Query) error {
	s := &sheet{Name: "notices", Head: []string{v.t("时间", "When"), v.t("标题", "Title"), v.t("内容", "Text"), v.t("已读", "Read"), v.t("页面", "Page")}}
	err := gather(func(after unit.ID) (unit.ID, error) {
		q.After = after
		page, next, err := v.s.c.Notices.List(v.ctx(), v.who.Person, q)
		if err != nil {
			return "", err
		}
		for _, n := range page {
			at := ""
			if n.Path != "" {
				at = v.site() + n.Path
			}
			if err := s.put(iso(n.At), n.Title.In(v.lang), n.Text.In(v.lang), iso(n.Read), at); err != nil {
				return "", err
			}
		}
		return next, nil
	})
	if err != nil {
		return err
	}
	return v.send(s)
}

// logFile hands out the public log, the newest first, as far back as a file may be long.
func (v *visit) logFile() error {
	size, err := v.s.c.Log.Size(v.ctx())
	if err != nil {
		return err
	}
	s := &sheet{Name: "log", Head: []string{v.t("条", "Entry"), v.t("类别", "Kind"), v.t("代码", "Code"), v.t("日期", "Day"), v.t("公开的内容", "What is public"), v.t("页面", "Page")}}
	words := v.packWords()
	for before := size; before > 0 && len(s.rows) < exportRowsMax; {
		from := max(before-pageRows, 0)
		page, err := v.s.c.Log.Entries(v.ctx(), from, int(before-from))
		if err != nil {
			return err
		}
		for _, e := range slices.Backward(page) {
			var says []string
			for _, f := range v.publicFields(e.Kind, e.Fields) {
				says = append(says, f.Name+": "+f.Value)
			}
			if err := s.put(e.Index, words.leaf(e.Kind).In(v.lang), e.Kind, e.Day, strings.Join(says, "; "), fmt.Sprintf("%s/log/entries/%d", v.site(), e.Index)); err != nil {
				return err
			}
		}
		before = from
	}
	return v.send(s)
}

// savedFile hands out the searches that a person keeps.
func (v *visit) savedFile(all []savedView) error {
	s := &sheet{Name: "searches", Head: []string{v.t("搜索", "Search"), v.t("所选条件", "Chosen"), v.t("保存时间", "Kept since"), v.t("已提醒（项）", "Told of"), v.t("页面", "Page")}}
	for _, x := range all {
		if err := s.put(x.Text, strings.Join(x.Choices, "; "), iso(x.Made), x.Told, v.site()+x.Path); err != nil {
			return err
		}
	}
	return v.send(s)
}

// listingsFile hands out listings of several kinds: what all kinds have. A list of one kind has the columns that an import reads.
func (v *visit) listingsFile(q catalogue.Query) error {
	s := &sheet{Name: "listings", Head: []string{v.t("名称", "Name"), v.t("类别", "Kind"), v.t("单位", "Owner"), v.t("单位代码", "Owner's code"), v.t("所在地", "Place"), v.t("起价", "Price from"), v.t("计价", "Charged by"), v.t("状态", "State"), v.t("发布时间", "Published"), v.t("页面", "Page")}}
	err := gather(func(after unit.ID) (unit.ID, error) {
		q.After = after
		page, next, err := v.s.c.Catalogue.List(v.ctx(), v.who, q)
		if err != nil {
			return "", err
		}
		for _, l := range page {
			h, _ := v.offer(l, -1, false)
			if err := s.put(l.Title.In(v.lang), h.Kind, l.OwnerName.In(v.lang), l.Owner, h.Place, h.Price, h.Unit, l.State.Words().In(v.lang), iso(l.Published), v.site()+h.Path); err != nil {
				return "", err
			}
		}
		return next, nil
	})
	if err != nil {
		return err
	}
	return v.send(s)
}
