package ast

import (
	"reflect"
	"sync"
)

// Inspect visits node and what is below it in the order of the struct fields,
// parents first. When f returns false for a node, its children are skipped. Nil
// nodes are not visited.
func Inspect(node Node, f func(Node) bool) {
	if isNil(node) || !f(node) {
		return
	}
	v := reflect.ValueOf(node).Elem()
	for _, i := range childFields(v.Type()) {
		inspectField(v.Field(i), f)
	}
}

// Visitor is called for each node by Walk. The visitor it returns is used for
// the node's children; nil skips them.
type Visitor interface {
	Visit(Node) Visitor
}

// Walk is Inspect for visitors that change on the way down, such as one that
// counts query levels.
func Walk(v Visitor, node Node) {
	if isNil(node) {
		return
	}
	if v = v.Visit(node); v == nil {
		return
	}
	Children(node, func(child Node) { Walk(v, child) })
}

// Children calls f for each direct child of node.
func Children(node Node, f func(Node)) {
	if isNil(node) {
		return
	}
	v := reflect.ValueOf(node).Elem()
	for _, i := range childFields(v.Type()) {
		inspectField(v.Field(i), func(n Node) bool {
			f(n)
			return false
		})
	}
}

func inspectField(v reflect.Value, f func(Node) bool) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			Inspect(v.Interface().(Node), f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			inspectField(v.Index(i), f)
		}
	}
}

func isNil(node Node) bool {
	return node == nil || reflect.ValueOf(node).IsNil()
}

var nodeType = reflect.TypeFor[Node]()

// fieldsByType caches, for each struct type, which fields can hold nodes. The
// types are few and fixed, so it only grows to their number.
var fieldsByType sync.Map // reflect.Type → []int

func childFields(t reflect.Type) []int {
	if cached, ok := fieldsByType.Load(t); ok {
		return cached.([]int)
	}
	fields := []int{}
	for i := range t.NumField() {
		ft := t.Field(i).Type
		for ft.Kind() == reflect.Slice {
			ft = ft.Elem()
		}
		if (ft.Kind() == reflect.Pointer || ft.Kind() == reflect.Interface) && ft.Implements(nodeType) {
			fields = append(fields, i)
		}
	}
	fieldsByType.Store(t, fields)
	return fields
}
