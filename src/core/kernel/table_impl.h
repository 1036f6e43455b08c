/*
 * table_impl.h
 *		The table of one instruction set's kernels.  Included last.
 */
const WembKernel ISA(wemb_kernel) = {
	.name = ISA_NAME,
	.dot_f32 = ISA(dot_f32),
	.l2sq_f32 = ISA(l2sq_f32),
	.l1_f32 = ISA(l1_f32),
	.cosine_f32 = ISA(cosine_f32),
	.dot_f16 = ISA(dot_f16),
	.l2sq_f16 = ISA(l2sq_f16),
	.l1_f16 = ISA(l1_f16),
	.cosine_f16 = ISA(cosine_f16),
	.f32_from_f16 = ISA(f32_from_f16),
	.f16_from_f32 = ISA(f16_from_f32),
	.differing_bits = ISA(differing_bits),
	.common_bits = ISA(common_bits),
	.axpy_f32 = ISA(axpy_f32),
	.scale_f32 = ISA(scale_f32),
	.targets_step = ISA(targets_step),
	.labels_step = ISA(labels_step),
	.sum_rows = ISA(sum_rows),
	.add_to_rows = ISA(add_to_rows),
	.flip_signs = ISA(flip_signs),
	.sums_and_differences = ISA(sums_and_differences),
	.hadamard = ISA(hadamard),
	.code_of_residual = ISA(code_of_residual),
	.array_sums = ISA(array_sums),
	.block_sums = ISA(block_sums),
	.code_estimates = ISA(code_estimates),
};
