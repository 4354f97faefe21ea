// Calls one function of the candidate's and reports its value; see README.md beside the declarations.
// A test's file, since a test's binary has its own `main`: the candidate may have one, or none.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/big"
	"os"
	"reflect"
	"strconv"
	"testing"
	"unicode/utf8"
)

var harnessCallee = reflect.ValueOf({{callee}})

var harnessError = reflect.TypeOf((*error)(nil)).Elem()

type harnessMisfit struct{ message string }

type harnessSet []any

func TestMain(*testing.M) {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		panic(err)
	}
	os.Exit(harnessRun(text))
}

func harnessRun(text []byte) (status int) {
	defer func() {
		if raised := recover(); raised != nil {
			name, message := "panic", fmt.Sprint(raised)
			switch told := raised.(type) {
			case harnessMisfit:
				name, message = "TypeError", told.message
			case error:
				name = fmt.Sprintf("%T", told)
			}
			harnessReport("raised", []string{name, message[:harnessMin(2000, len(message))]})
			fmt.Fprintln(os.Stderr, "panic:", message)
			status = 1
		}
	}()
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var call [2]any
	if err := decoder.Decode(&call); err != nil {
		panic(err)
	}
	if len(call[1].(map[string]any)) > 0 {
		panic(harnessMisfit{"Go has no arguments by name"})
	}
	results := harnessCallee.Call(harnessArguments(call[0].([]any)))
	if last := len(results) - 1; last >= 0 && results[last].Type() == harnessError {
		if failed := results[last]; !failed.IsNil() {
			panic(failed.Interface())
		}
		results = results[:last]
	}
	forms := make([]any, len(results))
	for i, result := range results {
		forms[i] = harnessEncode(result)
	}
	switch len(forms) {
	case 0:
		harnessReport("returned", nil)
	case 1:
		harnessReport("returned", forms[0])
	default:
		harnessReport("returned", map[string]any{"$tuple": forms})
	}
	return 0
}

func harnessReport(key string, form any) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(map[string]any{key: form}); err != nil {
		panic(err)
	}
	os.NewFile(3, "result").Write(bytes.TrimSpace(text.Bytes()))
}

func harnessArguments(forms []any) []reflect.Value {
	callee := harnessCallee.Type()
	count := callee.NumIn()
	if len(forms) != count && !(callee.IsVariadic() && len(forms) >= count-1) {
		panic(harnessMisfit{fmt.Sprintf("the function takes %d arguments, %d were given", count, len(forms))})
	}
	values := make([]reflect.Value, len(forms))
	for i, form := range forms {
		kind := callee.In(harnessMin(i, count-1))
		if callee.IsVariadic() && i >= count-1 {
			kind = kind.Elem()
		}
		values[i] = reflect.New(kind).Elem()
		if misfit := harnessDecode(form, values[i]); misfit != "" {
			panic(harnessMisfit{fmt.Sprintf("argument %d: %s", i+1, misfit)})
		}
	}
	return values
}

func harnessMin(a, b int) int {
	if a < b {
		return a
	}
	return b
}

// Returns what a form that may have a tag says: nil, bool, json.Number, float64, string, []any,
// harnessSet, [][2]any (a dict's pairs), []byte.
func harnessUntagged(form any) any {
	object, is := form.(map[string]any)
	if !is {
		return form
	}
	pairs := [][2]any{}
	for key, item := range object {
		switch key {
		case "$tuple":
			return item
		case "$set", "$frozenset":
			return harnessSet(item.([]any))
		case "$float":
			number, _ := strconv.ParseFloat(item.(string), 64)
			return number
		case "$int":
			number, _ := new(big.Int).SetString(item.(string), 16)
			return json.Number(number.String())
		case "$bytes":
			content, _ := base64.StdEncoding.DecodeString(item.(string))
			return content
		case "$dict":
			for _, pair := range item.([]any) {
				pairs = append(pairs, [2]any{pair.([]any)[0], pair.([]any)[1]})
			}
			return pairs
		}
		pairs = append(pairs, [2]any{key, item})
	}
	return pairs
}

// Sets `into` to a form's value. Returns why it does not fit, or nothing.
func harnessDecode(form any, into reflect.Value) string {
	kind := into.Type()
	misfit := func() string {
		shown, _ := json.Marshal(form)
		return fmt.Sprintf("expected %s, got %s", kind, shown[:harnessMin(len(shown), 80)])
	}
	form = harnessUntagged(form)
	switch into.Kind() {
	case reflect.Pointer:
		if form == nil {
			return ""
		}
		if number, is := form.(json.Number); is && kind == reflect.TypeOf(&big.Int{}) {
			if whole, is := new(big.Int).SetString(string(number), 10); is {
				into.Set(reflect.ValueOf(whole))
				return ""
			}
			return misfit()
		}
		into.Set(reflect.New(kind.Elem()))
		return harnessDecode(form, into.Elem())
	case reflect.Interface:
		if form != nil && kind.NumMethod() == 0 {
			into.Set(harnessNatural(form))
		} else if form != nil {
			return misfit()
		}
		return ""
	case reflect.Slice:
		if form == nil {
			return ""
		}
	}
	switch told := form.(type) {
	case bool:
		if into.Kind() == reflect.Bool {
			into.SetBool(told)
			return ""
		}
	case float64:
		if into.CanFloat() {
			into.SetFloat(told)
			return ""
		}
	case json.Number:
		return harnessNumber(told, into, misfit)
	case string:
		if into.Kind() == reflect.String {
			into.SetString(told)
			return ""
		}
		if letters := []rune(told); len(letters) == 1 && into.Kind() == reflect.Uint8 && letters[0] < 0x80 {
			into.SetUint(uint64(letters[0]))
			return ""
		}
	case []byte:
		if kind == reflect.TypeOf(told) {
			into.SetBytes(told)
			return ""
		}
	case []any:
		if into.Kind() == reflect.Slice {
			into.Set(reflect.MakeSlice(kind, len(told), len(told)))
		} else if into.Kind() != reflect.Array || into.Len() != len(told) {
			return misfit()
		}
		for i, item := range told {
			if misfit := harnessDecode(item, into.Index(i)); misfit != "" {
				return misfit
			}
		}
		return ""
	case harnessSet:
		pairs := make([][2]any, len(told))
		for i, item := range told {
			pairs[i] = [2]any{item, true}
		}
		return harnessMap(pairs, into, misfit)
	case [][2]any:
		return harnessMap(told, into, misfit)
	}
	return misfit()
}

func harnessNumber(number json.Number, into reflect.Value, misfit func() string) string {
	if into.CanInt() {
		if whole, err := strconv.ParseInt(string(number), 10, into.Type().Bits()); err == nil {
			into.SetInt(whole)
			return ""
		}
	} else if into.CanUint() {
		if whole, err := strconv.ParseUint(string(number), 10, into.Type().Bits()); err == nil {
			into.SetUint(whole)
			return ""
		}
	} else if into.CanFloat() {
		real, err := strconv.ParseFloat(string(number), into.Type().Bits())
		if whole, no := strconv.ParseInt(string(number), 10, 64); err == nil && (no != nil || int64(real) == whole) {
			into.SetFloat(real)
			return ""
		}
	}
	return misfit()
}

// A set is a map to true, or to struct{}.
func harnessMap(pairs [][2]any, into reflect.Value, misfit func() string) string {
	if into.Kind() != reflect.Map {
		return misfit()
	}
	kind := into.Type()
	into.Set(reflect.MakeMap(kind))
	for _, pair := range pairs {
		key, item := reflect.New(kind.Key()).Elem(), reflect.New(kind.Elem()).Elem()
		if misfit := harnessDecode(pair[0], key); misfit != "" {
			return misfit
		}
		if kind.Elem().Kind() != reflect.Struct {
			if misfit := harnessDecode(pair[1], item); misfit != "" {
				return misfit
			}
		}
		into.SetMapIndex(key, item)
	}
	return ""
}

// Returns the value of a form that is given to a parameter of any type.
func harnessNatural(form any) reflect.Value {
	var into reflect.Value
	switch told := form.(type) {
	case json.Number:
		if whole, err := strconv.Atoi(string(told)); err == nil {
			return reflect.ValueOf(whole)
		}
		if whole, is := new(big.Int).SetString(string(told), 10); is {
			return reflect.ValueOf(whole)
		}
		real, _ := told.Float64()
		return reflect.ValueOf(real)
	case []any:
		into = reflect.ValueOf(new([]any)).Elem()
	case [][2]any:
		into = reflect.ValueOf(new(map[any]any)).Elem()
	case harnessSet:
		into = reflect.ValueOf(new(map[any]bool)).Elem()
	default:
		return reflect.ValueOf(form)
	}
	harnessDecode(form, into)
	return into
}

func harnessEncode(value reflect.Value) any {
	switch value.Kind() {
	case reflect.Invalid:
		return nil
	case reflect.Bool:
		return value.Bool()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return value.Int()
	case reflect.Uint8:
		return harnessText(string([]byte{byte(value.Uint())}))
	case reflect.Uint, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return value.Uint()
	case reflect.Float32, reflect.Float64:
		return harnessReal(value.Float())
	case reflect.String:
		return harnessText(value.String())
	case reflect.Interface, reflect.Pointer:
		if number, is := value.Interface().(*big.Int); is && number != nil {
			return map[string]string{"$int": number.Text(16)}
		}
		return harnessEncode(value.Elem())
	case reflect.Slice, reflect.Array:
		items := make([]any, value.Len())
		for i := range items {
			items[i] = harnessEncode(value.Index(i))
		}
		return items
	case reflect.Map:
		pairs := make([]any, 0, value.Len())
		for each := value.MapRange(); each.Next(); {
			if value.Type().Elem().Size() == 0 {
				pairs = append(pairs, harnessEncode(each.Key()))
			} else {
				pairs = append(pairs, []any{harnessEncode(each.Key()), harnessEncode(each.Value())})
			}
		}
		if value.Type().Elem().Size() == 0 {
			return map[string]any{"$set": pairs}
		}
		return map[string]any{"$dict": pairs}
	}
	return map[string]string{"$opaque": value.Type().String()}
}

func harnessText(text string) any {
	if utf8.ValidString(text) {
		return text
	}
	return map[string]string{"$opaque": "string that is no UTF-8"}
}

// A float keeps its point, so that it stays one.
func harnessReal(number float64) any {
	if math.IsNaN(number) {
		return map[string]string{"$float": "nan"}
	}
	if math.IsInf(number, 0) {
		return map[string]string{"$float": map[bool]string{true: "inf", false: "-inf"}[number > 0]}
	}
	text := strconv.FormatFloat(number, 'g', -1, 64)
	if _, err := strconv.Atoi(text); err == nil {
		text += ".0"
	}
	return json.Number(text)
}
