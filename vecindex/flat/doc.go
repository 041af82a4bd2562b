// Package flat is exact search: every offered vector is considered, few are computed in full.
//
// A Scan is the multi-step nearest neighbour algorithm of Seidl and Kriegel (SIGMOD 1998)
// with three steps of rising cost and precision:
//
//	code    int8 dot product, bounded by the stored quantisation errors
//	float   fp32 kernel, bounded by its rounding error
//	exact   distance.Exact, what SQL reports
//
// Each candidate sits in one heap under its lower bound. Taking the smallest either
// refines it one step or, when it is exact, emits it. So hits come in the order of the
// exact distances, whatever the bounds were, and the scan can always go on.
//
// While offers come in, the want-th smallest upper bound cuts what cannot be among the
// first want hits; whoever takes more than want scans again with a larger want (Cut says so).
package flat
