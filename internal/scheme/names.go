package scheme

import "corridor/internal/fault"

// whats names what a name can be of, in reports.
var whats = map[string]fault.Words{
	"param": {"参数", "parameter"}, "rule": {"规则", "rule"}, "amount": {"金额", "amount"}, "role": {"角色", "role"},
	"account": {"账户", "account"}, "ask": {"意见", "ask"}, "cases": {"子件", "cases"}, "stage": {"阶段", "stage"}, "state": {"出资状态", "state of a payer"},
	"action": {"办理", "action"}, "field": {"字段", "field"}, "leaf": {"公开条目", "public entry"}, "need": {"字段、规则或 reason", "field, rule or reason"},
	"source": {"依据", "source"}, "hold": {"冻结", "hold"}, "word": {"内容", "thing"}, "choice": {"选项", "choice"},
	"fact": {"事实", "fact"}, "end": {"结束方式（granted、refused、ended）", "end (granted, refused, ended)"},
	"type": {"字段类型", "field type"}, "function": {"函数", "function"},
}

// kindWords names the units in reports.
var kindWords = map[Kind]fault.Words{
	Money: {"金额", "money"}, Ratio: {"比例", "ratio"}, Count: {"计数", "count"}, Score: {"评分", "score"}, Day: {"日期", "day"},
	YesNo: {"是否", "yes or no"}, Duration: {"时长", "time"}, Cycle: {"周期", "cycle"}, Text: {"文字", "text"}, Choice: {"选项", "choice"},
	Code: {"代码", "code"}, Region: {"地区", "region"}, Org: {"机构", "organisation"}, Office: {"部门", "office"}, Person: {"人员", "person"},
	Account: {"账户", "account"}, Bank: {"银行账户", "bank account"}, Case: {"办件", "case"}, File: {"文件", "file"}, Slot: {"时段", "slot"}, Plan: {"计划", "plan"}, List: {"列表", "list"},
	Table: {"表", "table"}, Group: {"分组", "group"},
}

// factWords is what people call the facts of the language.
var factWords = map[string]fault.Words{
	"today": {"今天", "today"}, "year": {"年度", "year"}, "stage": {"所处环节", "stage"}, "firm.id": {"统一社会信用代码", "credit code"},
	"firm.controller": {"实际控制人", "actual controller"}, "firm.region": {"所在地", "region"}, "firm.city": {"所在市", "city"},
	"firm.operating": {"在营状态", "in operation"}, "firm.tax_normal": {"纳税状态正常", "tax status normal"},
	"firm.listed_untrustworthy": {"列入失信名单", "listed as untrustworthy"}, "firm.staff": {"从业人数", "staff"},
	"firm.revenue": {"营业收入", "revenue"}, "firm.rnd_spend": {"研发费用", "R&D expenditure"},
	"firm.founded": {"成立日期", "founded on"}, "firm.industry": {"行业", "industry"}, "firm.open_cases": {"在办件数", "open cases"},
	"related": {"存在关联关系", "affiliated"}, "has_label": {"持有资质", "holds the label"}, "label_revoked": {"资质已被撤销", "label was revoked"}, "label_ended": {"资质已到期或被撤销", "label is over"}, "label_ends_within": {"资质即将到期", "label ends soon"}, "recognised": {"在互认名单内", "recognised"},
	"on_list": {"在目录内", "on the list"}, "unused": {"凭证未曾使用", "evidence unused"}, "in_region": {"在区域内", "lies in the region"},
	"count_of": {"个数", "how many"}, "not_of_kind": {"其中不属于该类机构的", "of another kind"}, "related_among": {"其中存在关联关系的", "related among them"}, "sum_of": {"合计", "sum of all rows"}, "count_regions": {"地区数", "number of jurisdictions"}, "already": {"已获支持", "granted already"}, "available": {"可用余额", "available"},
	"balance": {"余额", "balance"}, "paid_out": {"已拨付", "paid out"}, "shared_income": {"对外服务收入", "income from others"}, "shared_hours": {"对外机时", "hours for others"}, "parent.stage": {"上级件所处环节", "stage of the parent case"},
	"parent.opened": {"上级件开始日", "parent case opened"}, "parent.ends": {"上级件到期日", "parent case ends"}, "parent.ended": {"上级件已终结", "parent case has ended"},
	"parent.done": {"上级件已办次数", "times done in the parent case"},
}

// planPartWords are what is asked of a plan, behind the words of the field.
var planPartWords = map[string]fault.Words{"ours": {"由本单位签订", ": a party is the applicant"}, "tasks": {"中的任务数", ": tasks"}, "done": {"中已完成的任务数", ": tasks done"}, "late": {"中逾期的任务数", ": tasks late"}}

// FactWords is what people call a fact of the language; its own name if it has no other.
func FactWords(name string) fault.Words {
	if w, ok := factWords[name]; ok {
		return w
	}
	return fault.Words{name, name}
}

// called is what people call a fact in this scheme: the words of a field, an amount, an ask, or of the language.
func (s *Scheme) called(fact string) fault.Words {
	if field, part, ok := formFact(fact); ok {
		if f, there := s.Field(field); there {
			if part == "region" {
				return fault.Words{f.Words[0] + "所在地", "region of " + f.Words[1]}
			}
			switch part {
			case "ready":
				return fault.Words{f.Words[0] + "已保留", f.Words[1] + " is held"}
			case "lost":
				return fault.Words{f.Words[0] + "已落空", f.Words[1] + " is lost"}
			}
			if w, of := planPartWords[part]; of && f.Type == "plan" {
				return fault.Words{f.Words[0] + w[0], f.Words[1] + w[1]}
			}
			if col, ok := s.Column(fact); ok && part != "" {
				return fault.Words{f.Words[0] + "：" + col.Words[0], f.Words[1] + ": " + col.Words[1]}
			}
			return f.Words
		}
	}
	if w, ok := factWords[fact]; ok {
		return w
	}
	if _, field, ok := s.AnswerFact(fact); ok {
		return s.Say(field)
	}
	return s.Say(fact)
}

// Called is what people call a fact: a field by its label.
func (s *Scheme) Called(fact string) fault.Words { return s.called(fact) }
