/*
 * cell_impl.h
 *		What recurrent cells do number by number, and the steps of optimizers,
 *		over the words of an isa_<name>.h.  Included once for each instruction
 *		set, behind sgns_impl.h, whose sigmoid it uses.
 */

/* Within 3e-7 of the tangent: 2 sigmoid(2 x) - 1. */
static inline vf
ISA(tanh) (vf x)
{
	vf			s = ISA(sigmoid) (vf_add(x, x));

	return vf_sub(vf_add(s, s), vf_set1(1.0f));
}

/* s (1 - s), the derivative of a sigmoid that is s */
static inline vf
ISA(sigmoid_slope) (vf s)
{
	return vf_sub(s, vf_mul(s, s));
}

/* 1 - t^2, the derivative of a tangent that is t */
static inline vf
ISA(tanh_slope) (vf t)
{
	return vf_sub(vf_set1(1.0f), vf_mul(t, t));
}

static void
ISA(elman_forward) (const CellRows *rows)
{
	for (int i = 0; i < rows->n; i += VF_LANES)
		vf_store(rows->state + i, ISA(tanh) (vf_load(rows->gate[0] + i)));
}

static void
ISA(elman_backward) (const CellRows *rows)
{
	for (int i = 0; i < rows->n; i += VF_LANES)
	{
		vf			slope = ISA(tanh_slope) (vf_load(rows->state + i));

		vf_store(rows->gate[0] + i, vf_mul(vf_load(rows->d_state + i), slope));
	}
}

static void
ISA(gru_forward) (const CellRows *rows)
{
	for (int i = 0; i < rows->n; i += VF_LANES)
	{
		vf			update = ISA(sigmoid) (vf_load(rows->gate[GRU_UPDATE] + i));
		vf			reset = ISA(sigmoid) (vf_load(rows->gate[GRU_RESET] + i));
		vf			sum = vf_fma(reset, vf_load(rows->inner + i), vf_load(rows->gate[GRU_NEW] + i));
		vf			new = ISA(tanh) (sum);
		vf			change = vf_sub(vf_load(rows->before + i), new);

		vf_store(rows->gate[GRU_UPDATE] + i, update);
		vf_store(rows->gate[GRU_RESET] + i, reset);
		vf_store(rows->gate[GRU_NEW] + i, new);
		vf_store(rows->state + i, vf_fma(update, change, new));
	}
}

static void
ISA(gru_backward) (const CellRows *rows)
{
	for (int i = 0; i < rows->n; i += VF_LANES)
	{
		vf			d_state = vf_load(rows->d_state + i);
		vf			update = vf_load(rows->gate[GRU_UPDATE] + i);
		vf			reset = vf_load(rows->gate[GRU_RESET] + i);
		vf			new = vf_load(rows->gate[GRU_NEW] + i);
		vf			change = vf_sub(vf_load(rows->before + i), new);
		vf			kept = vf_mul(d_state, update);
		vf			d_new = vf_mul(vf_sub(d_state, kept), ISA(tanh_slope) (new));
		vf			d_reset = vf_mul(vf_mul(d_new, vf_load(rows->inner + i)), ISA(sigmoid_slope) (reset));
		vf			d_update = vf_mul(vf_mul(d_state, change), ISA(sigmoid_slope) (update));

		vf_store(rows->gate[GRU_UPDATE] + i, d_update);
		vf_store(rows->gate[GRU_RESET] + i, d_reset);
		vf_store(rows->gate[GRU_NEW] + i, d_new);
		vf_store(rows->inner + i, vf_mul(d_new, reset));
		vf_store(rows->d_before + i, vf_add(vf_load(rows->d_before + i), kept));
	}
}

static void
ISA(lstm_forward) (const CellRows *rows)
{
	for (int i = 0; i < rows->n; i += VF_LANES)
	{
		vf			in = ISA(sigmoid) (vf_load(rows->gate[LSTM_IN] + i));
		vf			forget = ISA(sigmoid) (vf_load(rows->gate[LSTM_FORGET] + i));
		vf			out = ISA(sigmoid) (vf_load(rows->gate[LSTM_OUT] + i));
		vf			new = ISA(tanh) (vf_load(rows->gate[LSTM_NEW] + i));
		vf			inner = vf_fma(forget, vf_load(rows->inner_before + i), vf_mul(in, new));
		vf			squashed = ISA(tanh) (inner);

		vf_store(rows->gate[LSTM_IN] + i, in);
		vf_store(rows->gate[LSTM_FORGET] + i, forget);
		vf_store(rows->gate[LSTM_OUT] + i, out);
		vf_store(rows->gate[LSTM_NEW] + i, new);
		vf_store(rows->inner + i, inner);
		vf_store(rows->squashed + i, squashed);
		vf_store(rows->state + i, vf_mul(out, squashed));
	}
}

static void
ISA(lstm_backward) (const CellRows *rows)
{
	for (int i = 0; i < rows->n; i += VF_LANES)
	{
		vf			d_state = vf_load(rows->d_state + i);
		vf			in = vf_load(rows->gate[LSTM_IN] + i);
		vf			forget = vf_load(rows->gate[LSTM_FORGET] + i);
		vf			out = vf_load(rows->gate[LSTM_OUT] + i);
		vf			new = vf_load(rows->gate[LSTM_NEW] + i);
		vf			squashed = vf_load(rows->squashed + i);
		vf			slope = ISA(tanh_slope) (squashed);
		vf			d_inner = vf_fma(vf_mul(d_state, out), slope, vf_load(rows->d_inner + i));
		vf			d_forget = vf_mul(vf_mul(d_inner, vf_load(rows->inner_before + i)), ISA(sigmoid_slope) (forget));

		vf_store(rows->gate[LSTM_IN] + i, vf_mul(vf_mul(d_inner, new), ISA(sigmoid_slope) (in)));
		vf_store(rows->gate[LSTM_FORGET] + i, d_forget);
		vf_store(rows->gate[LSTM_OUT] + i, vf_mul(vf_mul(d_state, squashed), ISA(sigmoid_slope) (out)));
		vf_store(rows->gate[LSTM_NEW] + i, vf_mul(vf_mul(d_inner, in), ISA(tanh_slope) (new)));
		vf_store(rows->d_inner_before + i, vf_mul(d_inner, forget));
	}
}

static float
ISA(squared_error) (float *x, int n, float weight)
{
	vf			twice = vf_set1(2 * weight);
	vf			sum = vf_zero();

	for (int i = 0; i < n; i += VF_LANES)
	{
		vf			p = ISA(sigmoid) (vf_load(x + i));
		vf			square = vf_mul(p, p);

		sum = vf_add(sum, square);
		vf_store(x + i, vf_mul(twice, vf_sub(square, vf_mul(square, p))));
	}
	return vf_sum(sum);
}

static void
ISA(adam_step) (const AdamStep *step, const float *gradient, int n)
{
	vf			keep_mean = vf_set1(step->keep_mean),
				keep_square = vf_set1(step->keep_square);
	vf			take_mean = vf_set1(1 - step->keep_mean),
				take_square = vf_set1(1 - step->keep_square);
	vf			rate = vf_set1(-step->rate),
				epsilon = vf_set1(step->epsilon);

	for (int i = 0; i < n; i += VF_LANES)
	{
		vf			g = vf_load(gradient + i);
		vf			mean = vf_fma(keep_mean, vf_load(step->mean + i), vf_mul(take_mean, g));
		vf			square = vf_fma(keep_square, vf_load(step->square + i), vf_mul(vf_mul(take_square, g), g));
		vf			direction = vf_div(mean, vf_add(vf_sqrt(square), epsilon));

		vf_store(step->mean + i, mean);
		vf_store(step->square + i, square);
		vf_store(step->weight + i, vf_fma(rate, direction, vf_load(step->weight + i)));
	}
}

static void
ISA(adagrad_step) (const AdamStep *step, const float *gradient, int n)
{
	vf			rate = vf_set1(-step->rate),
				epsilon = vf_set1(step->epsilon);

	for (int i = 0; i < n; i += VF_LANES)
	{
		vf			g = vf_load(gradient + i);
		vf			square = vf_fma(g, g, vf_load(step->square + i));
		vf			direction = vf_div(g, vf_add(vf_sqrt(square), epsilon));

		vf_store(step->square + i, square);
		vf_store(step->weight + i, vf_fma(rate, direction, vf_load(step->weight + i)));
	}
}
