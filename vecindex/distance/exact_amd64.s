//go:build amd64

#include "textflag.h"

// The canonical sums of exact.go: lanes 0-3 in Y0, 4-7 in Y1. n8 is a multiple of 8. No fused
// operation where the product would not be exact anyway, so the bits equal plain Go's.

#define BEGIN \
	MOVQ   a+0(FP), SI;     \
	MOVQ   b+8(FP), R8;     \
	MOVQ   n8+16(FP), CX;   \
	MOVQ   sums+24(FP), DI; \
	VXORPD Y0, Y0, Y0;      \
	VXORPD Y1, Y1, Y1;      \
	SUBQ   $8, CX;          \
	JLT    done

#define LOAD \
	VCVTPS2PD (SI), Y2;   \
	VCVTPS2PD 16(SI), Y3; \
	VCVTPS2PD (R8), Y4;   \
	VCVTPS2PD 16(R8), Y5; \
	ADDQ      $32, SI;    \
	ADDQ      $32, R8

#define END \
	SUBQ    $8, CX;       \
	JGE     loop;         \
done: \
	VMOVUPD Y0, (DI);     \
	VMOVUPD Y1, 32(DI);   \
	VZEROUPPER;           \
	RET

// func exactDotAVX2(a, b *float32, n8 int, sums *lanes)
TEXT ·exactDotAVX2(SB), NOSPLIT, $0-32
	BEGIN

loop:
	LOAD
	VFMADD231PD Y4, Y2, Y0
	VFMADD231PD Y5, Y3, Y1
	END

// func exactL2AVX2(a, b *float32, n8 int, sums *lanes)
TEXT ·exactL2AVX2(SB), NOSPLIT, $0-32
	BEGIN

loop:
	LOAD
	VSUBPD Y4, Y2, Y2
	VSUBPD Y5, Y3, Y3
	VMULPD Y2, Y2, Y2
	VMULPD Y3, Y3, Y3
	VADDPD Y2, Y0, Y0
	VADDPD Y3, Y1, Y1
	END

// func exactL1AVX2(a, b *float32, n8 int, sums *lanes)
TEXT ·exactL1AVX2(SB), NOSPLIT, $0-32
	VPCMPEQD Y6, Y6, Y6
	VPSRLQ   $1, Y6, Y6
	BEGIN

loop:
	LOAD
	VSUBPD Y4, Y2, Y2
	VSUBPD Y5, Y3, Y3
	VANDPD Y6, Y2, Y2
	VANDPD Y6, Y3, Y3
	VADDPD Y2, Y0, Y0
	VADDPD Y3, Y1, Y1
	END

// func exactCosineAVX2(a, b *float32, n8 int, sums *[3]lanes)
//
// The three sums of a cosine in one pass: a·b in Y0 and Y1, a·a in Y6 and Y7, b·b in Y8 and Y9.
TEXT ·exactCosineAVX2(SB), NOSPLIT, $0-32
	VXORPD Y6, Y6, Y6
	VXORPD Y7, Y7, Y7
	VXORPD Y8, Y8, Y8
	VXORPD Y9, Y9, Y9
	BEGIN

loop:
	LOAD
	VFMADD231PD Y4, Y2, Y0
	VFMADD231PD Y5, Y3, Y1
	VFMADD231PD Y2, Y2, Y6
	VFMADD231PD Y3, Y3, Y7
	VFMADD231PD Y4, Y4, Y8
	VFMADD231PD Y5, Y5, Y9
	SUBQ $8, CX
	JGE  loop

done:
	VMOVUPD Y0, (DI)
	VMOVUPD Y1, 32(DI)
	VMOVUPD Y6, 64(DI)
	VMOVUPD Y7, 96(DI)
	VMOVUPD Y8, 128(DI)
	VMOVUPD Y9, 160(DI)
	VZEROUPPER
	RET
