//go:build amd64

#include "textflag.h"

// Inner products of int8 codes in [-127, 127]; n is a multiple of 32.

// |q| times the row with q's signs moved onto it: VPMADDUBSW wants one unsigned operand.
// Pairs sum to at most 2*127*127 < 32768, so its saturation never bites.
#define CODES(R, ACC, TMP) \
	VMOVDQU    (R)(BX*1), TMP;  \
	VPSIGNB    Y8, TMP, TMP;    \
	VPMADDUBSW TMP, Y9, TMP;    \
	VPMADDWD   Y15, TMP, TMP;   \
	VPADDD     TMP, ACC, ACC

// func dotInt84AVX2(q *int8, rows *[4]*int8, n int, out *[4]int32)
TEXT ·dotInt84AVX2(SB), NOSPLIT, $0-32
	MOVQ q+0(FP), SI
	MOVQ rows+8(FP), AX
	MOVQ n+16(FP), CX
	MOVQ out+24(FP), DI
	MOVQ (AX), R8
	MOVQ 8(AX), R9
	MOVQ 16(AX), R10
	MOVQ 24(AX), R11
	XORQ BX, BX
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	VPCMPEQW Y15, Y15, Y15
	VPSRLW $15, Y15, Y15 // sixteen words of 1
	SUBQ $32, CX
	JLT  join

loop:
	VMOVDQU (SI)(BX*1), Y8
	VPABSB  Y8, Y9
	CODES(R8, Y0, Y10)
	CODES(R9, Y1, Y11)
	CODES(R10, Y2, Y12)
	CODES(R11, Y3, Y13)
	ADDQ $32, BX
	SUBQ $32, CX
	JGE  loop

join:
	VPHADDD Y1, Y0, Y0
	VPHADDD Y3, Y2, Y2
	VPHADDD Y2, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD  X1, X0, X0
	VMOVDQU X0, (DI)
	VZEROUPPER
	RET

// With VNNI the query is shifted by 128 to be unsigned and the shift's share, 128 times the
// row's sum, is accumulated beside it: q*x = (q+128)*x - 128*x.
#define SHIFTED(X, ACC, CORR) \
	VPDPBUSD X, Z16, ACC;  \
	VPDPBUSD X, Z31, CORR

// func dotInt84VNNI(q *int8, rows *[4]*int8, n int, out *[4]int32)
TEXT ·dotInt84VNNI(SB), NOSPLIT, $0-32
	MOVQ q+0(FP), SI
	MOVQ rows+8(FP), AX
	MOVQ n+16(FP), CX
	MOVQ out+24(FP), DI
	MOVQ (AX), R8
	MOVQ 8(AX), R9
	MOVQ 16(AX), R10
	MOVQ 24(AX), R11
	XORQ BX, BX
	VPXORD Z0, Z0, Z0
	VPXORD Z1, Z1, Z1
	VPXORD Z2, Z2, Z2
	VPXORD Z3, Z3, Z3
	VPXORD Z4, Z4, Z4
	VPXORD Z5, Z5, Z5
	VPXORD Z6, Z6, Z6
	VPXORD Z7, Z7, Z7
	MOVL $0x80808080, DX
	VPBROADCASTD DX, Z31
	SUBQ $64, CX
	JLT  half

loop:
	VPXORD (SI)(BX*1), Z31, Z16
	VMOVDQU8 (R8)(BX*1), Z17
	VMOVDQU8 (R9)(BX*1), Z18
	VMOVDQU8 (R10)(BX*1), Z19
	VMOVDQU8 (R11)(BX*1), Z20
	SHIFTED(Z17, Z0, Z4)
	SHIFTED(Z18, Z1, Z5)
	SHIFTED(Z19, Z2, Z6)
	SHIFTED(Z20, Z3, Z7)
	ADDQ $64, BX
	SUBQ $64, CX
	JGE  loop

half:
	ADDQ $32, CX // 0 when 32 codes are left, -32 when none
	JLT  join
	MOVL $0xffffffff, DX
	KMOVQ DX, K1
	VMOVDQU8.Z (SI)(BX*1), K1, Z16
	VPXORD Z16, Z31, Z16 // beyond the mask the rows are zero
	VMOVDQU8.Z (R8)(BX*1), K1, Z17
	VMOVDQU8.Z (R9)(BX*1), K1, Z18
	VMOVDQU8.Z (R10)(BX*1), K1, Z19
	VMOVDQU8.Z (R11)(BX*1), K1, Z20
	SHIFTED(Z17, Z0, Z4)
	SHIFTED(Z18, Z1, Z5)
	SHIFTED(Z19, Z2, Z6)
	SHIFTED(Z20, Z3, Z7)

join:
	VPSUBD Z4, Z0, Z0
	VPSUBD Z5, Z1, Z1
	VPSUBD Z6, Z2, Z2
	VPSUBD Z7, Z3, Z3
	VEXTRACTI64X4 $1, Z0, Y4
	VEXTRACTI64X4 $1, Z1, Y5
	VEXTRACTI64X4 $1, Z2, Y6
	VEXTRACTI64X4 $1, Z3, Y7
	VPADDD  Y4, Y0, Y0
	VPADDD  Y5, Y1, Y1
	VPADDD  Y6, Y2, Y2
	VPADDD  Y7, Y3, Y3
	VPHADDD Y1, Y0, Y0
	VPHADDD Y3, Y2, Y2
	VPHADDD Y2, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD  X1, X0, X0
	VMOVDQU X0, (DI)
	VZEROUPPER
	RET

// func prefetchRow(p *int8, n int)
TEXT ·prefetchRow(SB), NOSPLIT, $0-16
	MOVQ p+0(FP), SI
	MOVQ n+8(FP), CX

line:
	PREFETCHT0 (SI)
	ADDQ $64, SI
	SUBQ $64, CX
	JGT  line
	RET
