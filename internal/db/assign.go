package db

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"reflect"
	"slices"
	"strconv"
)

// assign puts a value of the driver where Scan would put it. It knows what rows of ours are read into; what database/sql could
// read besides is an error, which a test over all that rooms read would show.
func assign(to any, v driver.Value) error {
	switch to := to.(type) {
	case *string:
		switch v := v.(type) {
		case string:
			*to = v
			return nil
		case []byte:
			*to = string(v)
			return nil
		}
	case *int64:
		if v, ok := v.(int64); ok {
			*to = v
			return nil
		}
	case *int:
		if v, ok := v.(int64); ok {
			*to = int(v)
			return nil
		}
	case *bool:
		if v, ok := v.(bool); ok {
			*to = v
			return nil
		}
	case *[]byte:
		if v, ok := v.([]byte); ok {
			*to = slices.Clone(v)
			return nil
		}
	case sql.Scanner:
		if b, ok := v.([]byte); ok {
			v = slices.Clone(b)
		}
		return to.Scan(v)
	}
	return assignBy(reflect.ValueOf(to), v)
}

// assignBy is assign for what has a type of its own, or needs to be converted.
func assignBy(p reflect.Value, v driver.Value) error {
	if p.Kind() != reflect.Pointer || p.IsNil() {
		return fmt.Errorf("scan into %s", p.Type())
	}
	to := p.Elem()
	if v == nil {
		switch to.Kind() {
		case reflect.Pointer, reflect.Interface, reflect.Slice:
			to.SetZero()
			return nil
		}
		return fmt.Errorf("scan NULL into %s", to.Type())
	}
	switch to.Kind() {
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		return assign(to.Interface(), v)
	case reflect.Interface:
		if b, ok := v.([]byte); ok {
			v = slices.Clone(b)
		}
		to.Set(reflect.ValueOf(v))
		return nil
	case reflect.String:
		text, err := textOf(v)
		to.SetString(text)
		return err
	case reflect.Slice:
		if to.Type().Elem().Kind() == reflect.Uint8 {
			text, err := textOf(v)
			to.SetBytes([]byte(text))
			return err
		}
	case reflect.Bool:
		b, err := driver.Bool.ConvertValue(v)
		if err == nil {
			to.SetBool(b.(bool))
		}
		return err
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := wholeOf(v, to.Type().Bits())
		to.SetInt(n)
		return err
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		text, err := textOf(v)
		if err != nil {
			return err
		}
		n, err := strconv.ParseUint(text, 10, to.Type().Bits())
		to.SetUint(n)
		return err
	case reflect.Float32, reflect.Float64:
		text, err := textOf(v)
		if err != nil {
			return err
		}
		n, err := strconv.ParseFloat(text, to.Type().Bits())
		to.SetFloat(n)
		return err
	}
	return fmt.Errorf("scan %T into %s", v, to.Type())
}

func wholeOf(v driver.Value, bits int) (int64, error) {
	if n, ok := v.(int64); ok && bits == 64 {
		return n, nil
	}
	text, err := textOf(v)
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(text, 10, bits)
}

func textOf(v driver.Value) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case []byte:
		return string(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), nil
	case bool:
		return strconv.FormatBool(v), nil
	}
	return "", fmt.Errorf("%T is no text", v)
}
