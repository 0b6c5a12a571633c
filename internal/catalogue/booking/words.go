package booking

import (
	"fmt"
	"strings"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// lengthWords is a duration of minutes as people say it.
func lengthWords(minutes int) fault.Words {
	d, h, m := minutes/dayMinutes, minutes%dayMinutes/60, minutes%60
	var zh, en []string
	for _, x := range []struct {
		n      int
		zh, en string
	}{{d, "天", "d"}, {h, "小时", "h"}, {m, "分钟", "min"}} {
		if x.n > 0 {
			zh, en = append(zh, fmt.Sprint(x.n, " ", x.zh)), append(en, fmt.Sprint(x.n, " ", x.en))
		}
	}
	if len(zh) == 0 {
		return fault.Words{"0 分钟", "0 min"}
	}
	return fault.Words{strings.Join(zh, " "), strings.Join(en, " ")}
}

// LengthWords is a duration of minutes as people say it.
func LengthWords(minutes int) fault.Words { return lengthWords(minutes) }

// ClassWords is what people call a class of users.
func ClassWords(c Class) fault.Words {
	return map[Class]fault.Words{Inside: {"本单位", "inside"}, Academic: {"高校科研院所", "academic"}, Enterprise: {"企业", "enterprise"}}[c]
}

// ShutWords is why an instrument cannot be used.
func ShutWords(kind ShutKind) fault.Words {
	return map[ShutKind]fault.Words{Closure: {"停机", "closed by the laboratory"}, Fault: {"故障", "fault"}, Calibration: {"校准", "calibration"}, Outside: {"外部日历占用", "taken by an outside calendar"}}[kind]
}

// StateWords is what people call the state of a booking.
func StateWords(s State) fault.Words {
	return map[State]fault.Words{Requested: {"待答复", "requested"}, Offered: {"已为您保留，待接受", "kept for you: accept it"}, Held: {"已保留", "held"}, Confirmed: {"已确认", "confirmed"},
		Displaced: {"需改期", "has to move"}, Running: {"使用中", "in use"}, Done: {"已完成", "done"}, Failed: {"未成功（不收费）", "failed, not charged"}, Declined: {"未接受", "declined"},
		Cancelled: {"已取消", "cancelled"}, Lapsed: {"已失效", "lapsed"}, NoShow: {"未到场", "did not come"}}[s]
}

// ItemWords is what a line of a price is for.
func ItemWords(i Item) fault.Words {
	return map[Item]fault.Words{UseItem: {"使用", "use"}, OperatorItem: {"机组操作", "operator"}, ConsumableItem: {"耗材", "consumables"}, MinimumItem: {"补足最低收费", "up to the minimum charge"}}[i]
}

// hoursWords are the opening hours of a day.
func (w *world) hoursWords(d unit.Day) fault.Words {
	all := w.plan.On(d, w.cal)
	if len(all) == 0 {
		return fault.Words{"不开放", "closed"}
	}
	parts := make([]string, len(all))
	for i, x := range all {
		parts[i] = x.From.String() + "–" + x.To.String()
	}
	return fault.Words{strings.Join(parts, "、"), strings.Join(parts, ", ")}
}
