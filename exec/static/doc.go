// Package static embeds texts by a file of word vectors, as model2vec writes them
// (Minish Lab; a sentence transformer distilled into one vector for each token): a
// folder with model.safetensors (the matrix "embeddings", perhaps "weights" and
// "mapping"), tokenizer.json and config.json. A text's vector is the mean of its
// tokens' vectors; config.json says whether it is normalised to length 1.
//
// Deterministic, offline, without dependencies. Start reading at model.go.
package static
