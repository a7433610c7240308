// Generated from openapi/openai.yaml. Do not edit: change that file and run `npm run generate`.

export interface paths {
    "/v1/chat/completions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks a model to continue a conversation.
         * @description The answer comes whole, or as server-sent events when `stream` is true.
         */
        post: operations["createChatCompletion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/chat/completions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The same as /v1/chat/completions, for clients whose base address has no version. */
        post: operations["createChatCompletionUnversioned"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks a model for an answer.
         * @description The answer comes whole, or as server-sent events when `stream` is true. With `previous_response_id` a
         *     conversation goes on, with any provider: the ledger has what was said before.
         */
        post: operations["createResponse"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/responses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The same as /v1/responses, for clients whose base address has no version. */
        post: operations["createResponseUnversioned"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses/input_tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Counts the tokens of a request without asking the model.
         * @description The provider counts, where it can. Otherwise the gateway estimates.
         */
        post: operations["countInputTokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/responses/input_tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The same as /v1/responses/input_tokens, for clients whose base address has no version. */
        post: operations["countInputTokensUnversioned"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/responses/{response_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The answer's id. */
                response_id: components["parameters"]["ResponseId"];
            };
            cookie?: never;
        };
        /** Gives an answer again, as far as the ledger has it. */
        get: operations["getResponse"];
        put?: never;
        post?: never;
        /** Forgets what was said in an answer. */
        delete: operations["deleteResponse"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/responses/{response_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The answer's id. */
                response_id: components["parameters"]["ResponseId"];
            };
            cookie?: never;
        };
        /** The same as under /v1, for clients whose base address has no version. */
        get: operations["getResponseUnversioned"];
        put?: never;
        post?: never;
        /** The same as under /v1, for clients whose base address has no version. */
        delete: operations["deleteResponseUnversioned"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/completions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks a model to go on with a text.
         * @description The answer comes whole, or as server-sent events when `stream` is true.
         */
        post: operations["createCompletion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/completions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The same as /v1/completions, for clients whose base address has no version. */
        post: operations["createCompletionUnversioned"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/embeddings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Turns texts into vectors. */
        post: operations["createEmbeddings"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/embeddings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The same as /v1/embeddings, for clients whose base address has no version. */
        post: operations["createEmbeddingsUnversioned"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists what can be asked for, sorted by id.
         * @description The configuration's aliases, and the models of each provider as `provider/model`. A provider that cannot be
         *     asked for its list is left out.
         */
        get: operations["listModels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/models/{model}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says whether one model can be asked for. */
        get: operations["getModel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        ChatCompletionRequest: {
            /** @description An alias of the configuration, `provider/model`, or a bare model name that one provider is known to have. */
            model: string;
            messages: components["schemas"]["Message"][];
            /** @description What the model may call. */
            tools?: components["schemas"]["Tool"][];
            tool_choice?: components["schemas"]["ToolChoice"];
            /** @description Whether one turn may hold several calls. */
            parallel_tool_calls?: boolean;
            response_format?: components["schemas"]["ResponseFormat"];
            /** @description Randomness: 0 is the least. */
            temperature?: number | null;
            /** @description Sample within this probability mass only. */
            top_p?: number | null;
            /** @description The longest answer in tokens, reasoning included. */
            max_completion_tokens?: number | null;
            /**
             * @deprecated
             * @description The older name of `max_completion_tokens`, which many other providers still want.
             */
            max_tokens?: number | null;
            /** @description Texts at which the answer stops. They are not part of it. */
            stop?: (string | null) | string[];
            /** @description How many answers to give. */
            n?: number | null;
            /**
             * @deprecated
             * @description Equal seeds give equal answers, as far as the provider can.
             */
            seed?: number | null;
            /** @description Makes frequent tokens less likely. */
            frequency_penalty?: number | null;
            /** @description Makes used tokens less likely. */
            presence_penalty?: number | null;
            /** @description Token id to what is added to its logit, from -100 to 100. */
            logit_bias?: {
                [key: string]: number;
            } | null;
            /** @description Whether to report the tokens' log probabilities. */
            logprobs?: boolean | null;
            /** @description How many of the likeliest tokens to report at each place. Needs `logprobs`. */
            top_logprobs?: number | null;
            /** @description Whether to answer as server-sent events. */
            stream?: boolean | null;
            stream_options?: components["schemas"]["StreamOptions"];
            /**
             * @description How much to think before answering. Which of them a model knows differs.
             * @enum {unknown}
             */
            reasoning_effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max" | null;
            /**
             * @description How wordy the answer should be.
             * @enum {unknown}
             */
            verbosity?: "low" | "medium" | "high" | null;
            /** @description What the answer may consist of. */
            modalities?: ("text" | "audio")[] | null;
            audio?: components["schemas"]["AudioOutput"];
            prediction?: components["schemas"]["Prediction"];
            web_search_options?: components["schemas"]["WebSearchOptions"];
            moderation?: components["schemas"]["ModerationOptions"];
            service_tier?: components["schemas"]["ServiceTier"];
            /** @description Whether the provider may keep the answer. */
            store?: boolean | null;
            metadata?: components["schemas"]["Metadata"];
            /** @description An opaque, stable id of the person on whose behalf the call is made. */
            safety_identifier?: string | null;
            /**
             * @deprecated
             * @description The older name of `safety_identifier`.
             */
            user?: string;
            /** @description Groups calls that share the start of their prompt. */
            prompt_cache_key?: string | null;
            prompt_cache_options?: components["schemas"]["PromptCacheOptions"];
            /**
             * @deprecated
             * @description The longest time to keep the prompt's start cached.
             * @enum {unknown}
             */
            prompt_cache_retention?: "in_memory" | "24h" | null;
            /**
             * @deprecated
             * @description The older form of `tools`.
             */
            functions?: components["schemas"]["LegacyFunction"][];
            /**
             * @deprecated
             * @description The older form of `tool_choice`.
             */
            function_call?: ("none" | "auto") | components["schemas"]["NamedTool"];
        };
        /** @description The application's own notes on this call. */
        Metadata: {
            [key: string]: string;
        } | null;
        /**
         * @description The provider's class of service: asked for in a request, used in an answer.
         * @enum {unknown}
         */
        ServiceTier: "auto" | "default" | "flex" | "scale" | "priority" | "fast" | null;
        StreamOptions: {
            /** @description Send one more chunk before `[DONE]`, with the usage and without choices. */
            include_usage?: boolean;
            /** @description Whether the provider pads its chunks so that their lengths tell an eavesdropper less. */
            include_obfuscation?: boolean;
        } | null;
        /** @description How a spoken answer should sound. */
        AudioOutput: {
            voice: string | {
                id: string;
            };
            /** @enum {unknown} */
            format: "wav" | "aac" | "mp3" | "flac" | "opus" | "pcm16";
        } | null;
        /** @description What the answer will probably be. A provider that knows how goes faster where it is right. */
        Prediction: {
            /** @constant */
            type: "content";
            content: components["schemas"]["TextContent"];
        } | null;
        /** @description Lets the model search the web. */
        WebSearchOptions: {
            /** @enum {unknown} */
            search_context_size?: "low" | "medium" | "high";
            user_location?: {
                /** @constant */
                type: "approximate";
                approximate: components["schemas"]["Location"];
            } | null;
        };
        Location: {
            /** @description Two letters of ISO 3166-1. */
            country?: string;
            region?: string;
            city?: string;
            /** @description A name of the IANA time zone database. */
            timezone?: string;
        };
        /** @description How the provider caches the start of the prompt. */
        PromptCacheOptions: {
            /**
             * @description Whether the provider sets a breakpoint of its own, besides those in the content.
             * @enum {unknown}
             */
            mode?: "implicit" | "explicit";
            /**
             * @description How long to keep it at least.
             * @enum {unknown}
             */
            ttl?: "30m";
        };
        /** @description Has the provider judge what goes in and what comes out. */
        ModerationOptions: {
            model: string;
            policy?: {
                input?: components["schemas"]["ModerationPolicy"];
                output?: components["schemas"]["ModerationPolicy"];
            } | null;
        } | null;
        ModerationPolicy: {
            /**
             * @description Only report the scores, or stop what is flagged.
             * @enum {unknown}
             */
            mode: "score" | "block";
        } | null;
        /** @description The form of the answer. */
        ResponseFormat: components["schemas"]["TextFormat"] | components["schemas"]["JsonObjectFormat"] | components["schemas"]["JsonSchemaFormat"];
        TextFormat: {
            /** @constant */
            type: "text";
        };
        /** @description Any JSON object. The prompt has to ask for JSON as well. */
        JsonObjectFormat: {
            /** @constant */
            type: "json_object";
        };
        JsonSchemaFormat: {
            /** @constant */
            type: "json_schema";
            json_schema: {
                name: string;
                /** @description What the answer is for, for the model to read. */
                description?: string;
                schema?: components["schemas"]["JsonSchema"];
                /** @description Whether the answer has to follow the schema exactly. */
                strict?: boolean | null;
            };
        };
        /** @description A JSON Schema. It reaches the provider byte for byte, since prompt caches are keyed by it. */
        JsonSchema: {
            [key: string]: unknown;
        };
        Message: components["schemas"]["SystemMessage"] | components["schemas"]["DeveloperMessage"] | components["schemas"]["UserMessage"] | components["schemas"]["AssistantMessage"] | components["schemas"]["ToolMessage"] | components["schemas"]["FunctionMessage"];
        SystemMessage: {
            /** @constant */
            role: "system";
            content: components["schemas"]["TextContent"];
            name?: components["schemas"]["ParticipantName"];
        };
        /** @description Instructions that rank below the system's and above the user's. */
        DeveloperMessage: {
            /** @constant */
            role: "developer";
            content: components["schemas"]["TextContent"];
            name?: components["schemas"]["ParticipantName"];
        };
        UserMessage: {
            /** @constant */
            role: "user";
            content: string | components["schemas"]["UserPart"][];
            name?: components["schemas"]["ParticipantName"];
        };
        /** @description What a model said in an earlier turn. */
        AssistantMessage: {
            /** @constant */
            role: "assistant";
            content?: (string | null) | components["schemas"]["AssistantPart"][];
            refusal?: string | null;
            reasoning_content?: components["schemas"]["ReasoningContent"];
            reasoning_details?: components["schemas"]["ReasoningDetails"];
            name?: components["schemas"]["ParticipantName"];
            tool_calls?: components["schemas"]["ToolCall"][];
            /** @description Refers to what was said aloud in an earlier answer. */
            audio?: {
                id: string;
            } | null;
            /**
             * @deprecated
             * @description The older form of `tool_calls`.
             */
            function_call?: components["schemas"]["FunctionCall"] | null;
        };
        /** @description What a tool answered. */
        ToolMessage: {
            /** @constant */
            role: "tool";
            content: components["schemas"]["TextContent"];
            /** @description The id of the call that this answers. */
            tool_call_id: string;
        };
        /**
         * @deprecated
         * @description The older form of a tool message.
         */
        FunctionMessage: {
            /** @constant */
            role: "function";
            content: string | null;
            name: string;
        };
        /** @description The model's thoughts in pieces, where their text alone is not enough: a proof that they are the vendor's own, thoughts that are encrypted, a summary. Send them back as they are, so that the vendor takes the next turn. */
        ReasoningDetails: {
            /** @description `reasoning.text`, `reasoning.summary` or `reasoning.encrypted`. */
            type: string;
            text?: string | null;
            summary?: string | null;
            /** @description Encrypted thoughts. */
            data?: string | null;
            /** @description The vendor's proof. */
            signature?: string | null;
            id?: string | null;
            /** @description Whose thoughts they are. */
            format?: string | null;
            /** @description In a stream: which piece is meant. */
            index?: number;
        }[];
        /** @description What a vendor wants back with its tool call, as Google's compatible API has it. Send it back as it is. */
        ExtraContent: {
            google?: {
                /** @description Base64. */
                thought_signature?: string;
            };
        };
        /**
         * @description What the model thought before it spoke. OpenAI has no such field; it is the name that other providers of
         *     this language use.
         */
        ReasoningContent: string | null;
        /** @description Tells participants of the same role apart. */
        ParticipantName: string;
        TextContent: string | components["schemas"]["TextPart"][];
        UserPart: components["schemas"]["TextPart"] | components["schemas"]["ImagePart"] | components["schemas"]["AudioPart"] | components["schemas"]["FilePart"];
        AssistantPart: components["schemas"]["TextPart"] | components["schemas"]["RefusalPart"];
        TextPart: {
            /** @constant */
            type: "text";
            text: string;
            prompt_cache_breakpoint?: components["schemas"]["PromptCacheBreakpoint"];
        };
        ImagePart: {
            /** @constant */
            type: "image_url";
            image_url: {
                /**
                 * Format: uri
                 * @description Where the image is, or a data: URL that holds it.
                 */
                url: string;
                /**
                 * @description How closely to look.
                 * @enum {unknown}
                 */
                detail?: "auto" | "low" | "high";
            };
            prompt_cache_breakpoint?: components["schemas"]["PromptCacheBreakpoint"];
        };
        AudioPart: {
            /** @constant */
            type: "input_audio";
            input_audio: {
                data: string;
                /** @enum {unknown} */
                format: "wav" | "mp3";
            };
            prompt_cache_breakpoint?: components["schemas"]["PromptCacheBreakpoint"];
        };
        FilePart: {
            /** @constant */
            type: "file";
            /** @description Either the bytes and a name, or the id of a file that the provider holds. */
            file: {
                filename?: string;
                /** @description The bytes as a data: URL or in base64. */
                file_data?: string;
                file_id?: string;
            };
            prompt_cache_breakpoint?: components["schemas"]["PromptCacheBreakpoint"];
        };
        RefusalPart: {
            /** @constant */
            type: "refusal";
            refusal: string;
        };
        /** @description Ends a part of the prompt that the provider should cache. */
        PromptCacheBreakpoint: {
            /** @constant */
            mode: "explicit";
        };
        Tool: components["schemas"]["FunctionTool"] | components["schemas"]["CustomTool"];
        FunctionTool: {
            /** @constant */
            type: "function";
            function: {
                name: string;
                /** @description What it does, for the model to read. */
                description?: string;
                parameters?: components["schemas"]["JsonSchema"];
                /** @description Whether arguments have to follow the schema exactly. */
                strict?: boolean | null;
            };
        };
        /** @description A tool that takes free text. */
        CustomTool: {
            /** @constant */
            type: "custom";
            custom: {
                name: string;
                /** @description What it does, for the model to read. */
                description?: string;
                format?: components["schemas"]["FreeTextFormat"] | components["schemas"]["GrammarFormat"];
            };
        };
        FreeTextFormat: {
            /** @constant */
            type: "text";
        };
        GrammarFormat: {
            /** @constant */
            type: "grammar";
            grammar: {
                /** @enum {unknown} */
                syntax: "lark" | "regex";
                definition: string;
            };
        };
        /** @deprecated */
        LegacyFunction: {
            name: string;
            description?: string;
            parameters?: components["schemas"]["JsonSchema"];
        };
        /** @description Whether, and what, the model has to call. */
        ToolChoice: ("none" | "auto" | "required") | components["schemas"]["FunctionToolChoice"] | components["schemas"]["CustomToolChoice"] | components["schemas"]["AllowedToolsChoice"];
        FunctionToolChoice: {
            /** @constant */
            type: "function";
            function: components["schemas"]["NamedTool"];
        };
        CustomToolChoice: {
            /** @constant */
            type: "custom";
            custom: components["schemas"]["NamedTool"];
        };
        /** @description Narrows the tools for this call without changing the list, which is part of the cached prompt. */
        AllowedToolsChoice: {
            /** @constant */
            type: "allowed_tools";
            allowed_tools: {
                /** @enum {unknown} */
                mode: "auto" | "required";
                tools: {
                    [key: string]: unknown;
                }[];
            };
        };
        NamedTool: {
            name: string;
        };
        ToolCall: components["schemas"]["FunctionToolCall"] | components["schemas"]["CustomToolCall"];
        FunctionToolCall: {
            id: string;
            /** @constant */
            type: "function";
            function: components["schemas"]["FunctionCall"];
            extra_content?: components["schemas"]["ExtraContent"];
        };
        FunctionCall: {
            name: string;
            /** @description JSON as the model wrote it: it can be broken, and is never mended. */
            arguments: string;
        };
        CustomToolCall: {
            id: string;
            /** @constant */
            type: "custom";
            custom: {
                name: string;
                /** @description Free text. */
                input: string;
            };
        };
        ChatCompletion: {
            id: string;
            /** @constant */
            object: "chat.completion";
            created: components["schemas"]["UnixSeconds"];
            /** @description The model that answered, in the provider's words. */
            model: string;
            choices: components["schemas"]["Choice"][];
            usage?: components["schemas"]["Usage"];
            service_tier?: components["schemas"]["ServiceTier"];
            /** @deprecated */
            system_fingerprint?: string;
            metadata?: components["schemas"]["Metadata"];
            moderation?: components["schemas"]["Moderation"];
        };
        /**
         * Format: unixtime
         * @description Seconds since 1970.
         */
        UnixSeconds: number;
        Choice: {
            /** @description Which of the `n` answers. */
            index: number;
            message: components["schemas"]["AnswerMessage"];
            finish_reason: components["schemas"]["FinishReason"];
            logprobs: components["schemas"]["Logprobs"];
        };
        /**
         * @description Why the answer ended: the model was done or met a stop text; it ran into the limit; it wants tools called;
         *     the provider filtered it; it wants a function called, in the older form.
         * @enum {unknown}
         */
        FinishReason: "stop" | "length" | "tool_calls" | "content_filter" | "function_call";
        AnswerMessage: {
            /** @constant */
            role: "assistant";
            content: string | null;
            /** @description The model's words when it declines. */
            refusal: string | null;
            reasoning_content?: components["schemas"]["ReasoningContent"];
            reasoning_details?: components["schemas"]["ReasoningDetails"];
            tool_calls?: components["schemas"]["ToolCall"][];
            annotations?: components["schemas"]["Annotation"][];
            audio?: components["schemas"]["AnswerAudio"];
            /** @deprecated */
            function_call?: components["schemas"]["FunctionCall"];
        };
        /** @description Where a claim of the content comes from. */
        Annotation: {
            /** @constant */
            type: "url_citation";
            url_citation: {
                /** Format: uri */
                url: string;
                title: string;
                /** @description Where the claim starts in the content. */
                start_index: number;
                /** @description Where it ends. */
                end_index: number;
            };
        };
        /** @description The answer as sound. */
        AnswerAudio: {
            /** @description By which a later turn can refer to it. */
            id: string;
            data: string;
            transcript: string;
            expires_at: components["schemas"]["UnixSeconds"];
        } | null;
        Logprobs: {
            content: components["schemas"]["TokenLogprob"][] | null;
            refusal: components["schemas"]["TokenLogprob"][] | null;
        } | null;
        TokenLogprob: {
            token: string;
            /** @description Natural logarithm of its probability. */
            logprob: number;
            bytes: components["schemas"]["TokenBytes"];
            /** @description The likeliest tokens at this place, most likely first. */
            top_logprobs: {
                token: string;
                logprob: number;
                bytes: components["schemas"]["TokenBytes"];
            }[];
        };
        /** @description The token's UTF-8 bytes: a token may end within a character. */
        TokenBytes: number[] | null;
        /** @description Tokens. The details are parts of the totals. */
        Usage: {
            prompt_tokens: number;
            completion_tokens: number;
            total_tokens: number;
            prompt_tokens_details?: {
                /** @description Read from the provider's prompt cache. */
                cached_tokens?: number;
                /** @description Written to it. */
                cache_write_tokens?: number;
                text_tokens?: number;
                image_tokens?: number;
                audio_tokens?: number;
            };
            completion_tokens_details?: {
                reasoning_tokens?: number;
                text_tokens?: number;
                audio_tokens?: number;
                /** @description Of the prediction; part of the answer. */
                accepted_prediction_tokens?: number;
                /** @description Of the prediction, and not part of the answer. They are counted and charged nevertheless. */
                rejected_prediction_tokens?: number;
            };
        };
        /** @description What the provider's moderation said, when it was asked to judge. */
        Moderation: {
            input: components["schemas"]["ModerationOutcome"];
            output: components["schemas"]["ModerationOutcome"];
        } | null;
        ModerationOutcome: components["schemas"]["ModerationResults"] | components["schemas"]["ModerationError"];
        ModerationResults: {
            /** @constant */
            type: "moderation_results";
            model: string;
            results: components["schemas"]["ModerationResult"][];
        };
        ModerationResult: {
            /** @constant */
            type: "moderation_result";
            model: string;
            flagged: boolean;
            categories: {
                [key: string]: boolean;
            };
            category_scores: {
                [key: string]: number;
            };
            category_applied_input_types: {
                [key: string]: ("text" | "image")[];
            };
        };
        ModerationError: {
            /** @constant */
            type: "error";
            code: string;
            message: string;
        };
        ChatCompletionChunk: {
            /** @description The same in all chunks of an answer. */
            id: string;
            /** @constant */
            object: "chat.completion.chunk";
            created: components["schemas"]["UnixSeconds"];
            /** @description The model that answers, in the provider's words. */
            model: string;
            /** @description Empty in the chunk that holds the usage. */
            choices: components["schemas"]["ChunkChoice"][];
            /** @description Null or absent but in the last chunk, and there only when the request asked for it. */
            usage?: components["schemas"]["Usage"] | null;
            service_tier?: components["schemas"]["ServiceTier"];
            /** @deprecated */
            system_fingerprint?: string;
            /** @description Padding. */
            obfuscation?: string;
            moderation?: components["schemas"]["Moderation"];
        };
        ChunkChoice: {
            /** @description Which of the `n` answers. */
            index: number;
            delta: components["schemas"]["Delta"];
            /** @description Null until this answer ends. */
            finish_reason: components["schemas"]["FinishReason"] | null;
            logprobs?: components["schemas"]["Logprobs"];
        };
        /** @description What is appended to the message. */
        Delta: {
            /**
             * @description In the first chunk of an answer.
             * @constant
             */
            role?: "assistant";
            content?: string | null;
            refusal?: string | null;
            reasoning_content?: components["schemas"]["ReasoningContent"];
            reasoning_details?: components["schemas"]["ReasoningDetails"];
            tool_calls?: components["schemas"]["ToolCallDelta"][];
            /** @deprecated */
            function_call?: {
                name?: string;
                arguments?: string;
            };
        };
        /** @description A piece of a tool call. The first piece of a call has its id, its type and its name. */
        ToolCallDelta: {
            /** @description Which of the message's calls. */
            index: number;
            id?: string;
            /** @constant */
            type?: "function";
            function?: {
                name?: string;
                /** @description What is appended to the arguments. */
                arguments?: string;
            };
        };
        ResponseRequest: {
            /** @description An alias of the configuration, `provider/model`, or a bare model name that one provider is known to have. */
            model: string;
            /**
             * @description What is said, behind what was said in the answer that `previous_response_id` names. A text is a message of
             *     the user's.
             */
            input?: (string | null) | components["schemas"]["InputItem"][];
            /** @description What stands before all input. It holds for this answer alone. */
            instructions?: string | null;
            /** @description The answer that this request goes on from. Its conversation is in the ledger, where that keeps what was said. */
            previous_response_id?: string | null;
            /** @description What the model may call. */
            tools?: components["schemas"]["ResponseTool"][] | null;
            tool_choice?: components["schemas"]["ResponseToolChoice"];
            /** @description Whether one turn may hold several calls. */
            parallel_tool_calls?: boolean | null;
            /** @description The most calls of the provider's own tools in one answer. */
            max_tool_calls?: number | null;
            /** @description The form of the answer's text. */
            text?: {
                format?: components["schemas"]["ResponseTextFormat"];
                /**
                 * @description How wordy the answer should be.
                 * @enum {unknown}
                 */
                verbosity?: "low" | "medium" | "high" | null;
            } | null;
            reasoning?: components["schemas"]["ResponseReasoning"];
            /** @description The longest answer in tokens, reasoning included. */
            max_output_tokens?: number | null;
            /** @description Randomness: 0 is the least. */
            temperature?: number | null;
            /** @description Sample within this probability mass only. */
            top_p?: number | null;
            /** @description How many of the likeliest tokens to report at each place, when `include` asks for probabilities. */
            top_logprobs?: number | null;
            /** @description What the answer should hold besides. */
            include?: string[] | null;
            /** @description Whether to answer as server-sent events. */
            stream?: boolean | null;
            stream_options?: {
                /** @description Whether the provider pads its events so that their lengths tell an eavesdropper less. */
                include_obfuscation?: boolean;
            } | null;
            /** @description Whether the answer may be kept. */
            store?: boolean | null;
            metadata?: components["schemas"]["Metadata"];
            service_tier?: components["schemas"]["ResponseServiceTier"];
            /** @description An opaque, stable id of the person on whose behalf the call is made. */
            safety_identifier?: string | null;
            /**
             * @deprecated
             * @description The older name of `safety_identifier`.
             */
            user?: string;
            /** @description Groups calls that share the start of their prompt. */
            prompt_cache_key?: string | null;
            prompt_cache_options?: components["schemas"]["PromptCacheOptions"];
            /**
             * @deprecated
             * @description The longest time to keep the prompt's start cached.
             * @enum {unknown}
             */
            prompt_cache_retention?: "in_memory" | "24h" | null;
            /**
             * @deprecated
             * @description Whether to leave out the beginning of a conversation that is too long.
             * @enum {unknown}
             */
            truncation?: "auto" | "disabled" | null;
            /** @description Answers are given whole or as a stream, not later. With `true` a request is refused. */
            background?: boolean | null;
            /** @description Kept by OpenAI alone. Other providers' models refuse it. */
            conversation?: (string | null) | {
                id: string;
            };
            /** @description A template that OpenAI alone holds. Other providers' models refuse it. */
            prompt?: {
                id: string;
                version?: string | null;
                variables?: {
                    [key: string]: unknown;
                } | null;
            } | null;
            moderation?: components["schemas"]["ModerationOptions"];
            /** @description How the provider shortens a long conversation. */
            context_management?: {
                type: string;
                compact_threshold?: number | null;
            }[] | null;
            /** @description A style that the model knows. Counting takes it. */
            personality?: string;
        };
        /**
         * @description The provider's class of service: asked for in a request, used in an answer.
         * @enum {unknown}
         */
        ResponseServiceTier: "auto" | "default" | "flex" | "scale" | "priority" | "fast" | "ultrafast" | null;
        /** @description How the model should think before it answers. */
        ResponseReasoning: {
            /**
             * @description How much. Which of them a model knows differs.
             * @enum {unknown}
             */
            effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max" | null;
            /**
             * @description What to show of the thoughts.
             * @enum {unknown}
             */
            summary?: "auto" | "concise" | "detailed" | null;
            /**
             * @deprecated
             * @description The older name of `summary`.
             * @enum {unknown}
             */
            generate_summary?: "auto" | "concise" | "detailed" | null;
            mode?: string;
            /** @enum {unknown} */
            context?: "auto" | "current_turn" | "all_turns" | null;
        } | null;
        ResponseTextFormat: components["schemas"]["TextFormat"] | components["schemas"]["JsonObjectFormat"] | components["schemas"]["ResponseJsonSchemaFormat"];
        /** @description JSON that follows a schema. */
        ResponseJsonSchemaFormat: {
            /** @constant */
            type: "json_schema";
            name: string;
            description?: string;
            schema: {
                [key: string]: unknown;
            };
            /** @description Whether the answer has to follow it exactly. */
            strict?: boolean | null;
        };
        ResponseTool: components["schemas"]["ResponseFunctionTool"] | components["schemas"]["ResponseCustomTool"] | components["schemas"]["ProvidersTool"];
        /** @description A function of the caller's. */
        ResponseFunctionTool: {
            /** @constant */
            type: "function";
            name: string;
            description?: string | null;
            /** @description A JSON Schema. It reaches the provider byte for byte. */
            parameters?: {
                [key: string]: unknown;
            } | null;
            /**
             * @description Whether the arguments have to follow the schema exactly. Without it they have to where the schema allows
             *     that, which is to say where all objects are closed and all properties required.
             */
            strict?: boolean | null;
            output_schema?: {
                [key: string]: unknown;
            } | null;
            defer_loading?: boolean;
            allowed_callers?: ("direct" | "programmatic")[] | null;
        };
        /** @description A tool of the caller's that takes free text. */
        ResponseCustomTool: {
            /** @constant */
            type: "custom";
            name: string;
            description?: string;
            /** @description What the text has to look like. */
            format?: components["schemas"]["FreeTextFormat"] | {
                /** @constant */
                type: "grammar";
                /** @enum {unknown} */
                syntax: "lark" | "regex";
                definition: string;
            };
            defer_loading?: boolean;
            allowed_callers?: ("direct" | "programmatic")[] | null;
        };
        /** @description A tool that the provider runs itself. Of those the gateway knows no more than that. */
        ProvidersTool: {
            /**
             * @example web_search
             * @example file_search
             * @example code_interpreter
             * @example image_generation
             * @example mcp
             */
            type: string;
        } & {
            [key: string]: unknown;
        };
        ResponseToolChoice: ("none" | "auto" | "required" | null) | components["schemas"]["NamedResponseTool"] | {
            /** @constant */
            type: "allowed_tools";
            /** @enum {unknown} */
            mode: "auto" | "required";
            tools: {
                [key: string]: unknown;
            }[];
        } | components["schemas"]["ProvidersTool"];
        NamedResponseTool: {
            /** @enum {unknown} */
            type: "function" | "custom";
            name: string;
        };
        InputItem: components["schemas"]["InputMessageItem"] | components["schemas"]["OutputMessageItem"] | components["schemas"]["ReasoningItem"] | components["schemas"]["FunctionCallItem"] | components["schemas"]["FunctionCallOutputItem"] | components["schemas"]["CustomToolCallItem"] | components["schemas"]["CustomToolCallOutputItem"] | components["schemas"]["ItemReference"] | components["schemas"]["OtherItem"];
        InputMessageItem: {
            /** @constant */
            type?: "message";
            id?: string;
            /** @enum {unknown} */
            role: "user" | "assistant" | "system" | "developer";
            content: string | components["schemas"]["InputContent"][];
            status?: components["schemas"]["ItemStatus"];
            phase?: components["schemas"]["MessagePhase"];
        };
        /** @enum {unknown} */
        ItemStatus: "in_progress" | "completed" | "incomplete";
        /**
         * @description Whether the model speaks on its way or at its end.
         * @enum {unknown}
         */
        MessagePhase: "commentary" | "final_answer" | null;
        InputContent: {
            /** @constant */
            type: "input_text";
            text: string;
            prompt_cache_breakpoint?: components["schemas"]["ContentCacheBreakpoint"];
        } | {
            /** @constant */
            type: "input_image";
            image_url?: string | null;
            file_id?: string | null;
            /** @enum {unknown} */
            detail?: "low" | "high" | "auto" | "original" | null;
            prompt_cache_breakpoint?: components["schemas"]["ContentCacheBreakpoint"];
        } | {
            /** @constant */
            type: "input_file";
            file_url?: string | null;
            file_data?: string | null;
            file_id?: string | null;
            filename?: string | null;
            /** @enum {unknown} */
            detail?: "auto" | "low" | "high";
            prompt_cache_breakpoint?: components["schemas"]["ContentCacheBreakpoint"];
        } | {
            /** @constant */
            type: "input_audio";
            input_audio: {
                data: string;
                /**
                 * @example wav
                 * @example mp3
                 */
                format: string;
            };
        } | components["schemas"]["OutputContent"];
        /** @description Ends a prefix that the provider should cache. */
        ContentCacheBreakpoint: {
            /** @constant */
            mode: "explicit";
        } | null;
        OutputMessageItem: {
            /** @constant */
            type: "message";
            id: string;
            /** @constant */
            role: "assistant";
            status: components["schemas"]["ItemStatus"];
            content: components["schemas"]["OutputContent"][];
            phase?: components["schemas"]["MessagePhase"];
        };
        OutputContent: {
            /** @constant */
            type: "output_text";
            text: string;
            annotations: components["schemas"]["TextAnnotation"][];
            logprobs: components["schemas"]["OutputLogprob"][];
        } | {
            /** @constant */
            type: "refusal";
            /** @description The model's words when it declines. */
            refusal: string;
        };
        /** @description Where a claim of the text comes from. */
        TextAnnotation: {
            /** @constant */
            type: "url_citation";
            /** Format: uri */
            url: string;
            title: string;
            /** @description Where the claim starts in the text. */
            start_index: number;
            /** @description Where it ends. */
            end_index: number;
        } | {
            /** @constant */
            type: "file_citation";
            file_id: string;
            filename: string;
            /** @description Which of the files. */
            index: number;
        } | {
            /** @constant */
            type: "container_file_citation";
            container_id: string;
            file_id: string;
            filename: string;
            start_index: number;
            end_index: number;
        } | {
            /** @constant */
            type: "file_path";
            file_id: string;
            index: number;
        };
        OutputLogprob: {
            token: string;
            /** @description Natural logarithm of its probability. */
            logprob: number;
            /** @description Empty where nobody says. */
            bytes: number[];
            /** @description The likeliest tokens at this place, most likely first. */
            top_logprobs: {
                token: string;
                logprob: number;
                bytes: number[];
            }[];
        };
        /** @description What the model thought. It has to come back with the answer's other items in the next request. */
        ReasoningItem: {
            /** @constant */
            type: "reasoning";
            id: string;
            summary: {
                /** @constant */
                type: "summary_text";
                text: string;
            }[];
            content?: {
                /** @constant */
                type: "reasoning_text";
                text: string;
            }[];
            /**
             * @description What the provider alone can read. The gateway puts here what other providers want back in the next turn,
             *     such as the signatures of their thoughts and calls.
             */
            encrypted_content?: string | null;
            status?: components["schemas"]["ItemStatus"];
        };
        /** @description Who called; with nothing, the model. */
        ToolCaller: {
            /** @constant */
            type: "direct";
        } | {
            /** @constant */
            type: "program";
            caller_id: string;
        } | null;
        FunctionCallItem: {
            /** @constant */
            type: "function_call";
            id?: string;
            /** @description Ties the output to the call. */
            call_id: string;
            name: string;
            /** @description JSON, as the model wrote it. */
            arguments: string;
            status?: components["schemas"]["ItemStatus"];
            namespace?: string;
            caller?: components["schemas"]["ToolCaller"];
        };
        FunctionCallOutputItem: {
            /** @constant */
            type: "function_call_output";
            id?: string | null;
            call_id?: string | null;
            name?: string | null;
            namespace?: string | null;
            output: components["schemas"]["ToolOutput"];
            /** @enum {unknown} */
            status?: "in_progress" | "completed" | "incomplete" | null;
            caller?: components["schemas"]["ToolCaller"];
        };
        CustomToolCallItem: {
            /** @constant */
            type: "custom_tool_call";
            id?: string;
            /** @description Ties the output to the call. */
            call_id: string;
            name: string;
            input: string;
            namespace?: string;
            caller?: components["schemas"]["ToolCaller"];
        };
        CustomToolCallOutputItem: {
            /** @constant */
            type: "custom_tool_call_output";
            id?: string;
            call_id: string;
            output: components["schemas"]["ToolOutput"];
            caller?: components["schemas"]["ToolCaller"];
        };
        /** @description What a tool answered, as text or as texts, images and files. */
        ToolOutput: string | components["schemas"]["InputContent"][];
        /** @description An item that OpenAI keeps. */
        ItemReference: {
            /** @enum {unknown} */
            type?: "item_reference" | null;
            id: string;
        };
        /** @description What one of the provider's own tools was asked or said. It passes to a provider that speaks this language. */
        OtherItem: {
            /**
             * @example web_search_call
             * @example image_generation_call
             * @example mcp_call
             * @example compaction
             */
            type: string;
        } & {
            [key: string]: unknown;
        };
        ResponseAnswer: {
            id: string;
            /** @constant */
            object: "response";
            created_at: components["schemas"]["UnixSeconds"];
            /** Format: unixtime */
            completed_at?: number | null;
            /** @enum {unknown} */
            status?: "completed" | "failed" | "in_progress" | "cancelled" | "queued" | "incomplete";
            /** @description Why an answer failed after it had begun. */
            error: {
                /** @enum {unknown} */
                code: "server_error" | "rate_limit_exceeded" | "invalid_prompt";
                message: string;
            } | null;
            incomplete_details: {
                /** @enum {unknown} */
                reason?: "max_output_tokens" | "content_filter";
            } | null;
            /** @description The model that answered, in the provider's words. */
            model: string;
            output: components["schemas"]["OutputItem"][];
            usage?: components["schemas"]["ResponseUsage"];
            service_tier?: components["schemas"]["ResponseServiceTier"];
            /** @description What is repeated of the request is so by OpenAI alone; otherwise it is empty. */
            instructions: string | null;
            metadata: components["schemas"]["Metadata"];
            parallel_tool_calls: boolean;
            temperature: number | null;
            /** @enum {unknown} */
            tool_choice: "none" | "auto" | "required";
            tools: components["schemas"]["ResponseFunctionToolAnswer"][];
            top_p: number | null;
        };
        ResponseFunctionToolAnswer: {
            /** @constant */
            type: "function";
            name: string;
            description?: string | null;
            parameters: {
                [key: string]: unknown;
            } | null;
            strict: boolean | null;
        };
        OutputItem: components["schemas"]["OutputMessageItem"] | components["schemas"]["ReasoningItem"] | components["schemas"]["FunctionCallItem"] | components["schemas"]["CustomToolCallItem"] | components["schemas"]["ImageItem"] | components["schemas"]["OtherItem"];
        /** @description An image that the model drew. */
        ImageItem: {
            /** @constant */
            type: "image_generation_call";
            id: string;
            /** @constant */
            status: "completed";
            result: string;
        };
        /** @description Tokens. The details are parts of the totals. */
        ResponseUsage: {
            input_tokens: number;
            input_tokens_details: {
                /** @description Read from the provider's prompt cache. */
                cached_tokens: number;
                /** @description Written to it. */
                cache_write_tokens: number;
            };
            output_tokens: number;
            output_tokens_details: {
                reasoning_tokens: number;
            };
            total_tokens: number;
        };
        InputTokenCount: {
            /** @constant */
            object: "response.input_tokens";
            input_tokens: number;
        };
        /**
         * @description An event of a streamed answer. Those of the provider's own tools, which tell of their progress, pass through from
         *     a provider that speaks this language.
         */
        ResponseEvent: components["schemas"]["ResponseLifeEvent"] | components["schemas"]["OutputItemEvent"] | components["schemas"]["ContentPartEvent"] | components["schemas"]["OutputTextDelta"] | components["schemas"]["OutputTextDone"] | components["schemas"]["AnnotationAdded"] | components["schemas"]["ContentDelta"] | components["schemas"]["RefusalDone"] | components["schemas"]["ReasoningTextDone"] | components["schemas"]["SummaryPartEvent"] | components["schemas"]["SummaryTextDelta"] | components["schemas"]["SummaryTextDone"] | components["schemas"]["CallDelta"] | components["schemas"]["FunctionCallDone"] | components["schemas"]["CustomToolCallDone"] | components["schemas"]["ResponseErrorEvent"];
        ResponseLifeEvent: {
            /** @enum {unknown} */
            type: "response.created" | "response.in_progress" | "response.completed" | "response.incomplete" | "response.failed";
            sequence_number: components["schemas"]["SequenceNumber"];
            response: components["schemas"]["ResponseAnswer"];
        };
        /** @description Counts a stream's events. */
        SequenceNumber: number;
        OutputItemEvent: {
            /** @enum {unknown} */
            type: "response.output_item.added" | "response.output_item.done";
            sequence_number: components["schemas"]["SequenceNumber"];
            /** @description Which item of the output. */
            output_index: number;
            item: components["schemas"]["OutputItem"];
        };
        ContentPartEvent: {
            /** @enum {unknown} */
            type: "response.content_part.added" | "response.content_part.done";
            sequence_number: components["schemas"]["SequenceNumber"];
            item_id: string;
            output_index: number;
            /** @description Which piece of the item's content. */
            content_index: number;
            part: components["schemas"]["OutputContent"] | {
                /** @constant */
                type: "reasoning_text";
                text: string;
            };
        };
        OutputTextDelta: {
            /** @constant */
            type: "response.output_text.delta";
            sequence_number: components["schemas"]["SequenceNumber"];
            item_id: string;
            output_index: number;
            content_index: number;
            delta: string;
            logprobs: components["schemas"]["OutputLogprob"][];
        };
        OutputTextDone: {
            /** @constant */
            type: "response.output_text.done";
            sequence_number: components["schemas"]["SequenceNumber"];
            item_id: string;
            output_index: number;
            content_index: number;
            text: string;
            logprobs: components["schemas"]["OutputLogprob"][];
        };
        AnnotationAdded: {
            /** @constant */
            type: "response.output_text.annotation.added";
            sequence_number: components["schemas"]["SequenceNumber"];
            item_id: string;
            output_index: number;
            content_index: number;
            annotation_index: number;
            annotation: components["schemas"]["TextAnnotation"];
        };
        ContentDelta: {
            /** @enum {unknown} */
            type: "response.refusal.delta" | "response.reasoning_text.delta";
            sequence_number: components["schemas"]["SequenceNumber"];
            item_id: string;
            output_index: number;
            content_index: number;
            delta: string;
        };
        RefusalDone: {
            /** @constant */
            type: "response.refusal.done";
            sequence_number: components["schemas"]["SequenceNumber"];
            item_id: string;
            output_index: number;
            content_index: number;
            refusal: string;
        };
        ReasoningTextDone: {
            /** @constant */
            type: "response.reasoning_text.done";
            sequence_number: components["schemas"]["SequenceNumber"];
            item_id: string;
            output_index: number;
            content_index: number;
            text: string;
        };
        SummaryPartEvent: {
            /** @enum {unknown} */
            type: "response.reasoning_summary_part.added" | "response.reasoning_summary_part.done";
            sequence_number: components["schemas"]["SequenceNumber"];
            item_id: string;
            output_index: number;
            summary_index: number;
            part: {
                /** @constant */
                type: "summary_text";
                text: string;
            };
        };
        SummaryTextDelta: {
            /** @constant */
            type: "response.reasoning_summary_text.delta";
            sequence_number: components["schemas"]["SequenceNumber"];
            item_id: string;
            output_index: number;
            summary_index: number;
            delta: string;
        };
        SummaryTextDone: {
            /** @constant */
            type: "response.reasoning_summary_text.done";
            sequence_number: components["schemas"]["SequenceNumber"];
            item_id: string;
            output_index: number;
            summary_index: number;
            text: string;
        };
        CallDelta: {
            /** @enum {unknown} */
            type: "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta";
            sequence_number: components["schemas"]["SequenceNumber"];
            item_id: string;
            output_index: number;
            delta: string;
        };
        FunctionCallDone: {
            /** @constant */
            type: "response.function_call_arguments.done";
            sequence_number: components["schemas"]["SequenceNumber"];
            item_id: string;
            output_index: number;
            name: string;
            arguments: string;
        };
        CustomToolCallDone: {
            /** @constant */
            type: "response.custom_tool_call_input.done";
            sequence_number: components["schemas"]["SequenceNumber"];
            item_id: string;
            output_index: number;
            input: string;
        };
        /** @description The answer failed. Nothing follows. */
        ResponseErrorEvent: {
            /** @constant */
            type: "error";
            sequence_number: components["schemas"]["SequenceNumber"];
            code: string | null;
            message: string;
            param: string | null;
            error?: components["schemas"]["ErrorDetail"];
        };
        CompletionRequest: {
            /** @description An alias of the configuration, `provider/model`, or a bare model name that one provider is known to have. */
            model: string;
            /**
             * @description The text to go on with. Several prompts, or the ids of a prompt's tokens, pass through to a provider that
             *     speaks this language, and are refused otherwise.
             */
            prompt: (string | null) | string[] | number[] | number[][];
            /** @description What comes behind the text that is asked for. */
            suffix?: string | null;
            /** @description The longest answer in tokens. */
            max_tokens?: number | null;
            /** @description Randomness: 0 is the least. */
            temperature?: number | null;
            /** @description Sample within this probability mass only. */
            top_p?: number | null;
            /** @description How many answers to give. */
            n?: number | null;
            /** @description How many answers the provider makes, of which it gives the best. */
            best_of?: number | null;
            /** @description Whether to answer as server-sent events. */
            stream?: boolean | null;
            stream_options?: components["schemas"]["StreamOptions"];
            /** @description Reports the tokens' log probabilities, and those of so many of the likeliest at each place. */
            logprobs?: number | null;
            /** @description Whether the answer begins with the prompt. */
            echo?: boolean | null;
            /** @description Texts at which the answer stops. They are not part of it. */
            stop?: (string | null) | string[];
            /** @description Makes used tokens less likely. */
            presence_penalty?: number | null;
            /** @description Makes frequent tokens less likely. */
            frequency_penalty?: number | null;
            /** @description Token id to what is added to its logit, from -100 to 100. */
            logit_bias?: {
                [key: string]: number;
            } | null;
            /** @description Equal seeds give equal answers, as far as the provider can. */
            seed?: number | null;
            /** @description An opaque id of the person on whose behalf the call is made. */
            user?: string;
        };
        Completion: {
            id: string;
            /** @constant */
            object: "text_completion";
            created: components["schemas"]["UnixSeconds"];
            /** @description The model that answered, in the provider's words. */
            model: string;
            choices: components["schemas"]["CompletionChoice"][];
            usage?: components["schemas"]["Usage"];
            system_fingerprint?: string;
        };
        CompletionChoice: {
            text: string;
            /** @description Which of the `n` answers. */
            index: number;
            logprobs: components["schemas"]["CompletionLogprobs"];
            /**
             * @description The model was done or met a stop text; it ran into the limit; the provider filtered it.
             * @enum {unknown}
             */
            finish_reason: "stop" | "length" | "content_filter";
        };
        /** @description A piece of a completion, of the same form. */
        CompletionChunk: {
            /** @description The same in all chunks of an answer. */
            id: string;
            /** @constant */
            object: "text_completion";
            created: components["schemas"]["UnixSeconds"];
            /** @description The model that answers, in the provider's words. */
            model: string;
            /** @description Empty in the chunk that holds the usage. */
            choices: {
                /** @description What is appended. */
                text: string;
                /** @description Which of the `n` answers. */
                index: number;
                logprobs: components["schemas"]["CompletionLogprobs"];
                /**
                 * @description Null until this answer ends.
                 * @enum {unknown}
                 */
                finish_reason: "stop" | "length" | "content_filter" | null;
            }[];
            /** @description Null or absent but in the last chunk, and there only when the request asked for it. */
            usage?: components["schemas"]["Usage"] | null;
        };
        /** @description Lists of the same length, one entry a token. */
        CompletionLogprobs: {
            tokens?: string[];
            /** @description Natural logarithms of the tokens' probabilities. */
            token_logprobs?: number[];
            /** @description The likeliest tokens at each place, with theirs. */
            top_logprobs?: {
                [key: string]: number;
            }[] | null;
            /** @description Where each token stands in the text. */
            text_offset?: number[];
        } | null;
        EmbeddingsRequest: {
            /** @description An alias of the configuration, `provider/model`, or a bare model name that one provider is known to have. */
            model: string;
            /** @description A text, texts, a text's tokens as their ids, or several texts' tokens. Few providers take ids. */
            input: string | string[] | number[] | number[][];
            /** @description The length of the vectors, where the model lets one choose. */
            dimensions?: number;
            /**
             * @description How vectors are written: as numbers, or as base64 of 32-bit floats, least significant byte first.
             * @enum {unknown}
             */
            encoding_format?: "float" | "base64";
            /** @description An opaque id of the person on whose behalf the call is made. */
            user?: string;
        };
        EmbeddingList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["Embedding"][];
            /** @description The model that answered, in the provider's words. */
            model: string;
            usage: {
                prompt_tokens: number;
                total_tokens: number;
            };
        };
        Embedding: {
            /** @constant */
            object: "embedding";
            /** @description Which of the texts. */
            index: number;
            embedding: number[] | string;
        };
        ModelList: {
            /** @constant */
            object: "list";
            data: components["schemas"]["Model"][];
        };
        Model: {
            /** @description What to ask for: an alias, or `provider/model`. */
            id: string;
            /** @constant */
            object: "model";
            created: components["schemas"]["UnixSeconds"];
            /** @description The provider. */
            owned_by: string;
            /** @description Tokens of the longest prompt. Absent where it is not known. */
            context_window?: number;
            /** @description What a prompt may consist of. Absent where it is not known. */
            input_modalities?: string[];
            /** @description US dollars a token, as decimal numbers. Absent where they are not known. */
            pricing?: {
                /** @example 0.00000015 */
                prompt: string;
                /** @example 0.0000006 */
                completion: string;
            };
        };
        ErrorAnswer: {
            error: components["schemas"]["ErrorDetail"];
        };
        ErrorDetail: {
            /** @description For people: what was wrong, where, and what to do. */
            message: string;
            /**
             * @description For programs: the kind of failure.
             * @example invalid_request_error
             */
            type: string;
            /** @description The field at fault. */
            param: string | null;
            /**
             * @description For programs: what exactly failed.
             * @example model_not_found
             */
            code: string | null;
        };
    };
    responses: {
        /**
         * @description The answer. In a stream each event's `data` is of the same form, with the next piece of the text; `data: [DONE]`
         *     ends a stream that was answered whole. A failure after the first event ends the stream with an event whose
         *     `data` is an ErrorAnswer, and without `[DONE]`.
         */
        Completion: {
            headers: {
                "x-request-id": components["headers"]["RequestId"];
                "causeway-request-id": components["headers"]["CausewayRequestId"];
                "causeway-target": components["headers"]["Target"];
                "causeway-attempts": components["headers"]["Attempts"];
                "causeway-dropped": components["headers"]["Dropped"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Completion"];
                "text/event-stream": components["schemas"]["CompletionChunk"];
            };
        };
        /** @description The vectors, in the order of the texts. */
        Embeddings: {
            headers: {
                "x-request-id": components["headers"]["RequestId"];
                "causeway-request-id": components["headers"]["CausewayRequestId"];
                "causeway-target": components["headers"]["Target"];
                "causeway-attempts": components["headers"]["Attempts"];
                "causeway-dropped": components["headers"]["Dropped"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["EmbeddingList"];
            };
        };
        /**
         * @description The answer. In a stream each event's `data` is a chunk; `data: [DONE]` ends a stream that was answered whole.
         *     A failure after the first event ends the stream with an event whose `data` is an ErrorAnswer, and without
         *     `[DONE]`.
         */
        ChatCompletion: {
            headers: {
                "x-request-id": components["headers"]["RequestId"];
                "causeway-request-id": components["headers"]["CausewayRequestId"];
                "causeway-target": components["headers"]["Target"];
                "causeway-attempts": components["headers"]["Attempts"];
                "causeway-dropped": components["headers"]["Dropped"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ChatCompletion"];
                "text/event-stream": components["schemas"]["ChatCompletionChunk"];
            };
        };
        /**
         * @description The answer. In a stream each event's `data` is a ResponseEvent, and `event` its type. The last one of a stream
         *     that was answered whole is `response.completed` or `response.incomplete`, with all of the answer. A failure after
         *     the first event ends the stream with `error`, and before that with `response.failed` where the answer was the
         *     gateway's to write.
         */
        Response: {
            headers: {
                "x-request-id": components["headers"]["RequestId"];
                "causeway-request-id": components["headers"]["CausewayRequestId"];
                "causeway-target": components["headers"]["Target"];
                "causeway-attempts": components["headers"]["Attempts"];
                "causeway-dropped": components["headers"]["Dropped"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ResponseAnswer"];
                "text/event-stream": components["schemas"]["ResponseEvent"];
            };
        };
        /** @description The answer. */
        StoredResponse: {
            headers: {
                "x-request-id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ResponseAnswer"];
            };
        };
        /** @description What was said in the answer is not kept any more. */
        DeletedResponse: {
            headers: {
                "x-request-id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    id: string;
                    /** @constant */
                    object: "response";
                    /** @constant */
                    deleted: true;
                };
            };
        };
        /** @description The count. */
        InputTokens: {
            headers: {
                "x-request-id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InputTokenCount"];
            };
        };
        /** @description Nothing was answered. The error says what was wrong, where, and what to do. */
        Failed: {
            headers: {
                "x-request-id": components["headers"]["RequestId"];
                "causeway-request-id": components["headers"]["CausewayRequestId"];
                "causeway-target": components["headers"]["Target"];
                "causeway-attempts": components["headers"]["Attempts"];
                "causeway-dropped": components["headers"]["Dropped"];
                "retry-after": components["headers"]["RetryAfter"];
                "retry-after-ms": components["headers"]["RetryAfterMs"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorAnswer"];
            };
        };
    };
    parameters: {
        /**
         * @description What the client calls the conversation that this is a turn of. Its turns stay where they were answered before,
         *     since there the provider's cache holds their beginning. Without it, its first messages say which one it is.
         */
        Session: string;
        /** @description With `true` the gateway refuses what the provider's language cannot say, instead of leaving it out. */
        Strict: "true" | "false";
        /** @description The answer's id. */
        ResponseId: string;
        /** @description The client's own id of this request, of 1 to 128 visible ASCII characters. The log and the ledger keep it. */
        ClientRequestId: string;
    };
    requestBodies: {
        ChatCompletion: {
            content: {
                "application/json": components["schemas"]["ChatCompletionRequest"];
            };
        };
        Response: {
            content: {
                "application/json": components["schemas"]["ResponseRequest"];
            };
        };
        Completion: {
            content: {
                "application/json": components["schemas"]["CompletionRequest"];
            };
        };
        Embeddings: {
            content: {
                "application/json": components["schemas"]["EmbeddingsRequest"];
            };
        };
    };
    headers: {
        /** @description The id that the client sent in this header, or one that the gateway made. The log has it. */
        RequestId: string;
        /** @description The gateway's id of the call, under which the ledger holds it. A call that was refused at the door has none. */
        CausewayRequestId: string;
        /** @description How often providers were asked until one answered. More than 1 where one had failed, or was slow. */
        Attempts: number;
        /** @description The provider that was asked, and its name for the model, as `provider/model`; percent-encoded. */
        Target: string;
        /**
         * @description Fields of the request that the provider's language cannot say and that it therefore did not get, as paths
         *     with commas between them; percent-encoded. Absent when there are none.
         */
        Dropped: string;
        /** @description Seconds to wait before trying again, where that is known. */
        RetryAfter: number;
        /** @description The same in milliseconds, which OpenAI's SDKs prefer. */
        RetryAfterMs: number;
    };
    pathItems: never;
}
export type ChatCompletionRequest = components['schemas']['ChatCompletionRequest'];
export type Metadata = components['schemas']['Metadata'];
export type ServiceTier = components['schemas']['ServiceTier'];
export type StreamOptions = components['schemas']['StreamOptions'];
export type AudioOutput = components['schemas']['AudioOutput'];
export type Prediction = components['schemas']['Prediction'];
export type WebSearchOptions = components['schemas']['WebSearchOptions'];
export type Location = components['schemas']['Location'];
export type PromptCacheOptions = components['schemas']['PromptCacheOptions'];
export type ModerationOptions = components['schemas']['ModerationOptions'];
export type ModerationPolicy = components['schemas']['ModerationPolicy'];
export type ResponseFormat = components['schemas']['ResponseFormat'];
export type TextFormat = components['schemas']['TextFormat'];
export type JsonObjectFormat = components['schemas']['JsonObjectFormat'];
export type JsonSchemaFormat = components['schemas']['JsonSchemaFormat'];
export type JsonSchema = components['schemas']['JsonSchema'];
export type Message = components['schemas']['Message'];
export type SystemMessage = components['schemas']['SystemMessage'];
export type DeveloperMessage = components['schemas']['DeveloperMessage'];
export type UserMessage = components['schemas']['UserMessage'];
export type AssistantMessage = components['schemas']['AssistantMessage'];
export type ToolMessage = components['schemas']['ToolMessage'];
export type FunctionMessage = components['schemas']['FunctionMessage'];
export type ReasoningDetails = components['schemas']['ReasoningDetails'];
export type ExtraContent = components['schemas']['ExtraContent'];
export type ReasoningContent = components['schemas']['ReasoningContent'];
export type ParticipantName = components['schemas']['ParticipantName'];
export type TextContent = components['schemas']['TextContent'];
export type UserPart = components['schemas']['UserPart'];
export type AssistantPart = components['schemas']['AssistantPart'];
export type TextPart = components['schemas']['TextPart'];
export type ImagePart = components['schemas']['ImagePart'];
export type AudioPart = components['schemas']['AudioPart'];
export type FilePart = components['schemas']['FilePart'];
export type RefusalPart = components['schemas']['RefusalPart'];
export type PromptCacheBreakpoint = components['schemas']['PromptCacheBreakpoint'];
export type Tool = components['schemas']['Tool'];
export type FunctionTool = components['schemas']['FunctionTool'];
export type CustomTool = components['schemas']['CustomTool'];
export type FreeTextFormat = components['schemas']['FreeTextFormat'];
export type GrammarFormat = components['schemas']['GrammarFormat'];
export type LegacyFunction = components['schemas']['LegacyFunction'];
export type ToolChoice = components['schemas']['ToolChoice'];
export type FunctionToolChoice = components['schemas']['FunctionToolChoice'];
export type CustomToolChoice = components['schemas']['CustomToolChoice'];
export type AllowedToolsChoice = components['schemas']['AllowedToolsChoice'];
export type NamedTool = components['schemas']['NamedTool'];
export type ToolCall = components['schemas']['ToolCall'];
export type FunctionToolCall = components['schemas']['FunctionToolCall'];
export type FunctionCall = components['schemas']['FunctionCall'];
export type CustomToolCall = components['schemas']['CustomToolCall'];
export type ChatCompletion = components['schemas']['ChatCompletion'];
export type UnixSeconds = components['schemas']['UnixSeconds'];
export type Choice = components['schemas']['Choice'];
export type FinishReason = components['schemas']['FinishReason'];
export type AnswerMessage = components['schemas']['AnswerMessage'];
export type Annotation = components['schemas']['Annotation'];
export type AnswerAudio = components['schemas']['AnswerAudio'];
export type Logprobs = components['schemas']['Logprobs'];
export type TokenLogprob = components['schemas']['TokenLogprob'];
export type TokenBytes = components['schemas']['TokenBytes'];
export type Usage = components['schemas']['Usage'];
export type Moderation = components['schemas']['Moderation'];
export type ModerationOutcome = components['schemas']['ModerationOutcome'];
export type ModerationResults = components['schemas']['ModerationResults'];
export type ModerationResult = components['schemas']['ModerationResult'];
export type ModerationError = components['schemas']['ModerationError'];
export type ChatCompletionChunk = components['schemas']['ChatCompletionChunk'];
export type ChunkChoice = components['schemas']['ChunkChoice'];
export type Delta = components['schemas']['Delta'];
export type ToolCallDelta = components['schemas']['ToolCallDelta'];
export type ResponseRequest = components['schemas']['ResponseRequest'];
export type ResponseServiceTier = components['schemas']['ResponseServiceTier'];
export type ResponseReasoning = components['schemas']['ResponseReasoning'];
export type ResponseTextFormat = components['schemas']['ResponseTextFormat'];
export type ResponseJsonSchemaFormat = components['schemas']['ResponseJsonSchemaFormat'];
export type ResponseTool = components['schemas']['ResponseTool'];
export type ResponseFunctionTool = components['schemas']['ResponseFunctionTool'];
export type ResponseCustomTool = components['schemas']['ResponseCustomTool'];
export type ProvidersTool = components['schemas']['ProvidersTool'];
export type ResponseToolChoice = components['schemas']['ResponseToolChoice'];
export type NamedResponseTool = components['schemas']['NamedResponseTool'];
export type InputItem = components['schemas']['InputItem'];
export type InputMessageItem = components['schemas']['InputMessageItem'];
export type ItemStatus = components['schemas']['ItemStatus'];
export type MessagePhase = components['schemas']['MessagePhase'];
export type InputContent = components['schemas']['InputContent'];
export type ContentCacheBreakpoint = components['schemas']['ContentCacheBreakpoint'];
export type OutputMessageItem = components['schemas']['OutputMessageItem'];
export type OutputContent = components['schemas']['OutputContent'];
export type TextAnnotation = components['schemas']['TextAnnotation'];
export type OutputLogprob = components['schemas']['OutputLogprob'];
export type ReasoningItem = components['schemas']['ReasoningItem'];
export type ToolCaller = components['schemas']['ToolCaller'];
export type FunctionCallItem = components['schemas']['FunctionCallItem'];
export type FunctionCallOutputItem = components['schemas']['FunctionCallOutputItem'];
export type CustomToolCallItem = components['schemas']['CustomToolCallItem'];
export type CustomToolCallOutputItem = components['schemas']['CustomToolCallOutputItem'];
export type ToolOutput = components['schemas']['ToolOutput'];
export type ItemReference = components['schemas']['ItemReference'];
export type OtherItem = components['schemas']['OtherItem'];
export type ResponseAnswer = components['schemas']['ResponseAnswer'];
export type ResponseFunctionToolAnswer = components['schemas']['ResponseFunctionToolAnswer'];
export type OutputItem = components['schemas']['OutputItem'];
export type ImageItem = components['schemas']['ImageItem'];
export type ResponseUsage = components['schemas']['ResponseUsage'];
export type InputTokenCount = components['schemas']['InputTokenCount'];
export type ResponseEvent = components['schemas']['ResponseEvent'];
export type ResponseLifeEvent = components['schemas']['ResponseLifeEvent'];
export type SequenceNumber = components['schemas']['SequenceNumber'];
export type OutputItemEvent = components['schemas']['OutputItemEvent'];
export type ContentPartEvent = components['schemas']['ContentPartEvent'];
export type OutputTextDelta = components['schemas']['OutputTextDelta'];
export type OutputTextDone = components['schemas']['OutputTextDone'];
export type AnnotationAdded = components['schemas']['AnnotationAdded'];
export type ContentDelta = components['schemas']['ContentDelta'];
export type RefusalDone = components['schemas']['RefusalDone'];
export type ReasoningTextDone = components['schemas']['ReasoningTextDone'];
export type SummaryPartEvent = components['schemas']['SummaryPartEvent'];
export type SummaryTextDelta = components['schemas']['SummaryTextDelta'];
export type SummaryTextDone = components['schemas']['SummaryTextDone'];
export type CallDelta = components['schemas']['CallDelta'];
export type FunctionCallDone = components['schemas']['FunctionCallDone'];
export type CustomToolCallDone = components['schemas']['CustomToolCallDone'];
export type ResponseErrorEvent = components['schemas']['ResponseErrorEvent'];
export type CompletionRequest = components['schemas']['CompletionRequest'];
export type Completion = components['schemas']['Completion'];
export type CompletionChoice = components['schemas']['CompletionChoice'];
export type CompletionChunk = components['schemas']['CompletionChunk'];
export type CompletionLogprobs = components['schemas']['CompletionLogprobs'];
export type EmbeddingsRequest = components['schemas']['EmbeddingsRequest'];
export type EmbeddingList = components['schemas']['EmbeddingList'];
export type Embedding = components['schemas']['Embedding'];
export type ModelList = components['schemas']['ModelList'];
export type Model = components['schemas']['Model'];
export type ErrorAnswer = components['schemas']['ErrorAnswer'];
export type ErrorDetail = components['schemas']['ErrorDetail'];
export type ResponseCompletion = components['responses']['Completion'];
export type ResponseEmbeddings = components['responses']['Embeddings'];
export type ResponseChatCompletion = components['responses']['ChatCompletion'];
export type ResponseResponse = components['responses']['Response'];
export type ResponseStoredResponse = components['responses']['StoredResponse'];
export type ResponseDeletedResponse = components['responses']['DeletedResponse'];
export type ResponseInputTokens = components['responses']['InputTokens'];
export type ResponseFailed = components['responses']['Failed'];
export type ParameterSession = components['parameters']['Session'];
export type ParameterStrict = components['parameters']['Strict'];
export type ParameterResponseId = components['parameters']['ResponseId'];
export type ParameterClientRequestId = components['parameters']['ClientRequestId'];
export type RequestBodyChatCompletion = components['requestBodies']['ChatCompletion'];
export type RequestBodyResponse = components['requestBodies']['Response'];
export type RequestBodyCompletion = components['requestBodies']['Completion'];
export type RequestBodyEmbeddings = components['requestBodies']['Embeddings'];
export type HeaderRequestId = components['headers']['RequestId'];
export type HeaderCausewayRequestId = components['headers']['CausewayRequestId'];
export type HeaderAttempts = components['headers']['Attempts'];
export type HeaderTarget = components['headers']['Target'];
export type HeaderDropped = components['headers']['Dropped'];
export type HeaderRetryAfter = components['headers']['RetryAfter'];
export type HeaderRetryAfterMs = components['headers']['RetryAfterMs'];
export type $defs = Record<string, never>;
export interface operations {
    createChatCompletion: {
        parameters: {
            query?: never;
            header?: {
                /** @description With `true` the gateway refuses what the provider's language cannot say, instead of leaving it out. */
                "causeway-strict"?: components["parameters"]["Strict"];
                /**
                 * @description What the client calls the conversation that this is a turn of. Its turns stay where they were answered before,
                 *     since there the provider's cache holds their beginning. Without it, its first messages say which one it is.
                 */
                "causeway-session"?: components["parameters"]["Session"];
                /** @description The client's own id of this request, of 1 to 128 visible ASCII characters. The log and the ledger keep it. */
                "x-request-id"?: components["parameters"]["ClientRequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["ChatCompletion"];
        responses: {
            200: components["responses"]["ChatCompletion"];
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    createChatCompletionUnversioned: {
        parameters: {
            query?: never;
            header?: {
                /** @description With `true` the gateway refuses what the provider's language cannot say, instead of leaving it out. */
                "causeway-strict"?: components["parameters"]["Strict"];
                /**
                 * @description What the client calls the conversation that this is a turn of. Its turns stay where they were answered before,
                 *     since there the provider's cache holds their beginning. Without it, its first messages say which one it is.
                 */
                "causeway-session"?: components["parameters"]["Session"];
                /** @description The client's own id of this request, of 1 to 128 visible ASCII characters. The log and the ledger keep it. */
                "x-request-id"?: components["parameters"]["ClientRequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["ChatCompletion"];
        responses: {
            200: components["responses"]["ChatCompletion"];
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    createResponse: {
        parameters: {
            query?: never;
            header?: {
                /** @description With `true` the gateway refuses what the provider's language cannot say, instead of leaving it out. */
                "causeway-strict"?: components["parameters"]["Strict"];
                /**
                 * @description What the client calls the conversation that this is a turn of. Its turns stay where they were answered before,
                 *     since there the provider's cache holds their beginning. Without it, its first messages say which one it is.
                 */
                "causeway-session"?: components["parameters"]["Session"];
                /** @description The client's own id of this request, of 1 to 128 visible ASCII characters. The log and the ledger keep it. */
                "x-request-id"?: components["parameters"]["ClientRequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Response"];
        responses: {
            200: components["responses"]["Response"];
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    createResponseUnversioned: {
        parameters: {
            query?: never;
            header?: {
                /** @description With `true` the gateway refuses what the provider's language cannot say, instead of leaving it out. */
                "causeway-strict"?: components["parameters"]["Strict"];
                /**
                 * @description What the client calls the conversation that this is a turn of. Its turns stay where they were answered before,
                 *     since there the provider's cache holds their beginning. Without it, its first messages say which one it is.
                 */
                "causeway-session"?: components["parameters"]["Session"];
                /** @description The client's own id of this request, of 1 to 128 visible ASCII characters. The log and the ledger keep it. */
                "x-request-id"?: components["parameters"]["ClientRequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Response"];
        responses: {
            200: components["responses"]["Response"];
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    countInputTokens: {
        parameters: {
            query?: never;
            header?: {
                /** @description The client's own id of this request, of 1 to 128 visible ASCII characters. The log and the ledger keep it. */
                "x-request-id"?: components["parameters"]["ClientRequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Response"];
        responses: {
            200: components["responses"]["InputTokens"];
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    countInputTokensUnversioned: {
        parameters: {
            query?: never;
            header?: {
                /** @description The client's own id of this request, of 1 to 128 visible ASCII characters. The log and the ledger keep it. */
                "x-request-id"?: components["parameters"]["ClientRequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Response"];
        responses: {
            200: components["responses"]["InputTokens"];
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    getResponse: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The answer's id. */
                response_id: components["parameters"]["ResponseId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["StoredResponse"];
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    deleteResponse: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The answer's id. */
                response_id: components["parameters"]["ResponseId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["DeletedResponse"];
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    getResponseUnversioned: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The answer's id. */
                response_id: components["parameters"]["ResponseId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["StoredResponse"];
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    deleteResponseUnversioned: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The answer's id. */
                response_id: components["parameters"]["ResponseId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["DeletedResponse"];
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    createCompletion: {
        parameters: {
            query?: never;
            header?: {
                /** @description With `true` the gateway refuses what the provider's language cannot say, instead of leaving it out. */
                "causeway-strict"?: components["parameters"]["Strict"];
                /**
                 * @description What the client calls the conversation that this is a turn of. Its turns stay where they were answered before,
                 *     since there the provider's cache holds their beginning. Without it, its first messages say which one it is.
                 */
                "causeway-session"?: components["parameters"]["Session"];
                /** @description The client's own id of this request, of 1 to 128 visible ASCII characters. The log and the ledger keep it. */
                "x-request-id"?: components["parameters"]["ClientRequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Completion"];
        responses: {
            200: components["responses"]["Completion"];
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    createCompletionUnversioned: {
        parameters: {
            query?: never;
            header?: {
                /** @description With `true` the gateway refuses what the provider's language cannot say, instead of leaving it out. */
                "causeway-strict"?: components["parameters"]["Strict"];
                /**
                 * @description What the client calls the conversation that this is a turn of. Its turns stay where they were answered before,
                 *     since there the provider's cache holds their beginning. Without it, its first messages say which one it is.
                 */
                "causeway-session"?: components["parameters"]["Session"];
                /** @description The client's own id of this request, of 1 to 128 visible ASCII characters. The log and the ledger keep it. */
                "x-request-id"?: components["parameters"]["ClientRequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Completion"];
        responses: {
            200: components["responses"]["Completion"];
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    createEmbeddings: {
        parameters: {
            query?: never;
            header?: {
                /** @description With `true` the gateway refuses what the provider's language cannot say, instead of leaving it out. */
                "causeway-strict"?: components["parameters"]["Strict"];
                /**
                 * @description What the client calls the conversation that this is a turn of. Its turns stay where they were answered before,
                 *     since there the provider's cache holds their beginning. Without it, its first messages say which one it is.
                 */
                "causeway-session"?: components["parameters"]["Session"];
                /** @description The client's own id of this request, of 1 to 128 visible ASCII characters. The log and the ledger keep it. */
                "x-request-id"?: components["parameters"]["ClientRequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Embeddings"];
        responses: {
            200: components["responses"]["Embeddings"];
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    createEmbeddingsUnversioned: {
        parameters: {
            query?: never;
            header?: {
                /** @description With `true` the gateway refuses what the provider's language cannot say, instead of leaving it out. */
                "causeway-strict"?: components["parameters"]["Strict"];
                /**
                 * @description What the client calls the conversation that this is a turn of. Its turns stay where they were answered before,
                 *     since there the provider's cache holds their beginning. Without it, its first messages say which one it is.
                 */
                "causeway-session"?: components["parameters"]["Session"];
                /** @description The client's own id of this request, of 1 to 128 visible ASCII characters. The log and the ledger keep it. */
                "x-request-id"?: components["parameters"]["ClientRequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Embeddings"];
        responses: {
            200: components["responses"]["Embeddings"];
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    listModels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All models. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelList"];
                };
            };
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    getModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The model's id. All of the path behind `/v1/models/` is the id, so that the slashes of
                 *     `provider/model` may stand as they are or be escaped as `%2F`.
                 */
                model: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The model. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
}
