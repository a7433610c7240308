// Generated from openapi/gemini.yaml. Do not edit: change that file and run `npm run generate`.

export interface paths {
    "/models/{model}:generateContent": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks a model to continue a conversation, and answers when the answer is whole. */
        post: operations["generateContent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models/{model}:streamGenerateContent": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks a model to continue a conversation, and answers piece by piece.
         * @description With `alt=sse` each piece is the data of a server-sent event; otherwise the pieces are the items of one JSON
         *     array. The parts of each piece go on where those of the piece before ended. The last pieces hold a
         *     `finishReason`. A failure after the first piece ends the stream with one more piece, an ErrorAnswer.
         */
        post: operations["streamGenerateContent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models/{model}:countTokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Counts the tokens that a request would have, without asking the model.
         * @description The provider counts where it can; otherwise Causeway estimates.
         */
        post: operations["countTokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models/{model}:embedContent": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Turns one text into a vector. */
        post: operations["embedContent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models/{model}:batchEmbedContents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Turns several texts into vectors. */
        post: operations["batchEmbedContents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists what can be asked for, sorted by name.
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
    "/models/{model}": {
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
        GenerateContentRequest: {
            /** @description The path says it as well, and counts. */
            model?: string;
            /** @description The conversation so far. */
            contents: components["schemas"]["Content"][];
            /** @description What the model should keep to in all of the conversation. */
            systemInstruction?: components["schemas"]["Content"];
            /** @description What the model may call. */
            tools?: components["schemas"]["Tool"][];
            toolConfig?: components["schemas"]["ToolConfig"];
            generationConfig?: components["schemas"]["GenerationConfig"];
            /** @description For Google's models. */
            safetySettings?: components["schemas"]["SafetySetting"][];
            /** @description A prompt that Google keeps, as `cachedContents/name`. */
            cachedContent?: string;
            /**
             * @description The provider's class of service.
             * @enum {unknown}
             */
            serviceTier?: "unspecified" | "standard" | "flex" | "priority";
            /** @description Whether the provider may keep the answer. */
            store?: boolean;
            /** @description Google Cloud's labels, for its bills. */
            labels?: {
                [key: string]: string;
            };
            /** @description Of an answer that ended with `CONTINUATION`; it goes on there. */
            continuationToken?: string;
        };
        /** @description One turn of the conversation. */
        Content: {
            /**
             * @description Who speaks. Absent: the user.
             * @enum {unknown}
             */
            role?: "user" | "model" | "function";
            /** @description What is said, in order. */
            parts?: components["schemas"]["Part"][];
        };
        /** @description One piece of a turn. It has one of the first eight fields. */
        Part: {
            text?: string;
            inlineData?: components["schemas"]["Blob"];
            fileData?: components["schemas"]["FileData"];
            functionCall?: components["schemas"]["FunctionCall"];
            functionResponse?: components["schemas"]["FunctionResponse"];
            /** @description Code that Google runs for the model. */
            executableCode?: {
                id?: string;
                language?: string;
                code?: string;
            };
            /** @description What came of it. */
            codeExecutionResult?: {
                id?: string;
                outcome?: string;
                output?: string;
            };
            /** @description A call of a tool that Google runs itself. */
            toolCall?: Record<string, never>;
            /** @description What that tool answered. */
            toolResponse?: Record<string, never>;
            /** @description Whether this is what the model thought before it spoke. */
            thought?: boolean;
            /** @description By which the model knows its own thoughts again. It has to come back with the part it came with. */
            thoughtSignature?: string;
            /** @description Which piece of a video to look at. */
            videoMetadata?: Record<string, never>;
            mediaResolution?: components["schemas"]["PartMediaResolution"];
            /** @description The application's own notes. */
            partMetadata?: Record<string, never>;
        };
        /** @description The bytes of a medium. */
        Blob: {
            /** @example image/png */
            mimeType: string;
            data: string;
            /** @description The file's name. */
            displayName?: string;
        };
        /** @description A medium at an address, or a file that Google holds. */
        FileData: {
            mimeType?: string;
            fileUri: string;
            /** @description The file's name. */
            displayName?: string;
        };
        /** @description How closely to look. */
        PartMediaResolution: {
            /** @enum {unknown} */
            level?: "MEDIA_RESOLUTION_UNSPECIFIED" | "MEDIA_RESOLUTION_LOW" | "MEDIA_RESOLUTION_MEDIUM" | "MEDIA_RESOLUTION_HIGH" | "MEDIA_RESOLUTION_ULTRA_HIGH";
            numTokens?: number;
        };
        /** @description The model asks for a function to be called. */
        FunctionCall: {
            /** @description Ties the result to the call. Many of Google's models give none. */
            id?: string;
            name: string;
            /** @description The arguments. Where another provider's model wrote what is no JSON object, `input` holds its text. */
            args?: Record<string, never>;
        };
        /** @description What a function answered. */
        FunctionResponse: {
            /** @description The call's. */
            id?: string;
            name: string;
            /**
             * @description `{"result": "…"}` is a text, and `{"error": "…"}` says why the function failed. Any other object is told as
             *     its JSON text.
             */
            response: Record<string, never>;
            /** @description Media that belong to the answer. */
            parts?: {
                inlineData?: components["schemas"]["Blob"];
                fileData?: components["schemas"]["FileData"];
            }[];
            scheduling?: string;
            willContinue?: boolean;
        };
        /** @description Functions of the caller's, or tools that Google runs itself. */
        Tool: {
            functionDeclarations?: components["schemas"]["FunctionDeclaration"][];
            googleSearch?: Record<string, never>;
            googleSearchRetrieval?: Record<string, never>;
            codeExecution?: Record<string, never>;
            urlContext?: Record<string, never>;
            googleMaps?: Record<string, never>;
            fileSearch?: Record<string, never>;
            computerUse?: Record<string, never>;
        };
        FunctionDeclaration: {
            name: string;
            /** @description What it does, for the model to read. */
            description?: string;
            /** @description What it takes, in Google's form of a schema. Not beside `parametersJsonSchema`. */
            parameters?: components["schemas"]["Schema"];
            /** @description What it takes, as a JSON Schema. */
            parametersJsonSchema?: unknown;
            /** @description What it answers. */
            response?: components["schemas"]["Schema"];
            /** @description What it answers, as a JSON Schema. */
            responseJsonSchema?: unknown;
            behavior?: string;
        };
        /** @description Google's subset of OpenAPI's schemas. For other providers it is translated into a JSON Schema. */
        Schema: {
            /** @enum {unknown} */
            type?: "TYPE_UNSPECIFIED" | "STRING" | "NUMBER" | "INTEGER" | "BOOLEAN" | "ARRAY" | "OBJECT" | "NULL";
            format?: string;
            title?: string;
            description?: string;
            nullable?: boolean;
            enum?: string[];
            items?: components["schemas"]["Schema"];
            properties?: {
                [key: string]: components["schemas"]["Schema"];
            };
            required?: string[];
            anyOf?: components["schemas"]["Schema"][];
            propertyOrdering?: string[];
            minimum?: number;
            maximum?: number;
            minItems?: components["schemas"]["Int64"];
            maxItems?: components["schemas"]["Int64"];
            minLength?: components["schemas"]["Int64"];
            maxLength?: components["schemas"]["Int64"];
            minProperties?: components["schemas"]["Int64"];
            maxProperties?: components["schemas"]["Int64"];
            pattern?: string;
            example?: unknown;
            default?: unknown;
        };
        /** @description A whole number, which Google also writes as a text. */
        Int64: number | string;
        ToolConfig: {
            /** @description Whether and what the model has to call. */
            functionCallingConfig?: {
                /**
                 * @description Whether the model may call functions, has to, must not, or may call those that are allowed.
                 * @enum {unknown}
                 */
                mode?: "MODE_UNSPECIFIED" | "AUTO" | "ANY" | "NONE" | "VALIDATED";
                allowedFunctionNames?: string[];
                streamFunctionCallArguments?: boolean;
            };
            /** @description For Google's own tools. */
            retrievalConfig?: Record<string, never>;
            includeServerSideToolInvocations?: boolean;
        };
        GenerationConfig: {
            /** @description Randomness: 0 is the least. */
            temperature?: number;
            /** @description Sample within this probability mass only. */
            topP?: number;
            /** @description Only this many of the likeliest tokens. */
            topK?: number;
            /** @description How many answers to give. */
            candidateCount?: number;
            /** @description The longest answer in tokens, thoughts included. */
            maxOutputTokens?: number;
            /** @description Texts at which the answer stops. */
            stopSequences?: string[];
            /** @description Equal seeds give equal answers, as far as the provider can. */
            seed?: number;
            /** @description Makes used tokens less likely. */
            presencePenalty?: number;
            /** @description Makes frequent tokens less likely. */
            frequencyPenalty?: number;
            /** @description Whether to report the tokens' log probabilities. */
            responseLogprobs?: boolean;
            /** @description How many of the likeliest tokens to report at each place. */
            logprobs?: number;
            /** @example application/json */
            responseMimeType?: string;
            /** @description What the answer has to look like, in Google's form of a schema. */
            responseSchema?: components["schemas"]["Schema"];
            /** @description What the answer has to look like, as a JSON Schema. */
            responseJsonSchema?: unknown;
            /** @description What the answer may consist of. */
            responseModalities?: ("MODALITY_UNSPECIFIED" | "TEXT" | "IMAGE" | "AUDIO" | "VIDEO")[];
            thinkingConfig?: components["schemas"]["ThinkingConfig"];
            /** @description How a spoken answer should sound. */
            speechConfig?: {
                voiceConfig?: {
                    prebuiltVoiceConfig?: {
                        voiceName?: string;
                    };
                };
                multiSpeakerVoiceConfig?: Record<string, never>;
                languageCode?: string;
            };
            /** @description How closely to look at media. */
            mediaResolution?: string;
            /** @description How images should look. */
            imageConfig?: Record<string, never>;
            enableEnhancedCivicAnswers?: boolean;
        };
        ThinkingConfig: {
            /** @description Whether to show a summary of the thoughts. */
            includeThoughts?: boolean;
            /** @description The most tokens to think with. 0: do not think; -1: as the model sees fit. */
            thinkingBudget?: number;
            /** @description How much to think, in any case of letters: MINIMAL, LOW, MEDIUM or HIGH. */
            thinkingLevel?: string;
        };
        SafetySetting: {
            category?: string;
            threshold?: string;
            method?: string;
        };
        /** @description An answer, or a piece of one. */
        GenerateContentResponse: {
            /** @description Absent when the provider refused the prompt. */
            candidates?: components["schemas"]["Candidate"][];
            promptFeedback?: {
                /** @description Why the prompt was refused. */
                blockReason?: string;
                blockReasonMessage?: string;
                safetyRatings?: components["schemas"]["SafetyRating"][];
            };
            usageMetadata?: components["schemas"]["UsageMetadata"];
            /** @description The model that answered, in the provider's words. */
            modelVersion?: string;
            responseId?: string;
            /** Format: date-time */
            createTime?: string;
            modelStatus?: Record<string, never>;
        };
        Candidate: {
            /** @description Which of the answers. */
            index: number;
            content: components["schemas"]["AnswerContent"];
            finishReason?: components["schemas"]["FinishReason"];
            finishMessage?: string;
            safetyRatings?: components["schemas"]["SafetyRating"][];
            /** @description Where recited passages come from. */
            citationMetadata?: Record<string, never>;
            groundingMetadata?: components["schemas"]["GroundingMetadata"];
            urlContextMetadata?: Record<string, never>;
            avgLogprobs?: number;
            logprobsResult?: components["schemas"]["LogprobsResult"];
            tokenCount?: number;
            continuationToken?: string;
        };
        AnswerContent: {
            /** @constant */
            role: "model";
            parts: components["schemas"]["Part"][];
        };
        /**
         * @description Why the answer ended. `STOP` also stands for an answer that waits for functions. Absent while it goes on.
         * @enum {unknown}
         */
        FinishReason: "FINISH_REASON_UNSPECIFIED" | "STOP" | "MAX_TOKENS" | "SAFETY" | "RECITATION" | "LANGUAGE" | "OTHER" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "MALFORMED_FUNCTION_CALL" | "MALFORMED_RESPONSE" | "UNEXPECTED_TOOL_CALL" | "TOO_MANY_TOOL_CALLS" | "MISSING_THOUGHT_SIGNATURE" | "IMAGE_SAFETY" | "IMAGE_PROHIBITED_CONTENT" | "IMAGE_RECITATION" | "IMAGE_OTHER" | "NO_IMAGE" | "CONTINUATION";
        SafetyRating: {
            category?: string;
            probability?: string;
            blocked?: boolean;
        };
        /** @description Where the answer's claims come from. */
        GroundingMetadata: {
            groundingChunks?: {
                web?: {
                    uri?: string;
                    title?: string;
                    domain?: string;
                };
                retrievedContext?: Record<string, never>;
                maps?: Record<string, never>;
                image?: Record<string, never>;
            }[];
            groundingSupports?: {
                /** @description A passage of the answer. The indexes are offsets in one of its parts. */
                segment?: {
                    partIndex?: number;
                    startIndex?: number;
                    endIndex?: number;
                    text?: string;
                };
                groundingChunkIndices?: number[];
                confidenceScores?: number[];
            }[];
            searchEntryPoint?: Record<string, never>;
            webSearchQueries?: string[];
            retrievalMetadata?: Record<string, never>;
        };
        LogprobsResult: {
            /** @description The likeliest tokens, most likely first: a list for each token. */
            topCandidates?: {
                candidates?: components["schemas"]["LogprobsCandidate"][];
            }[];
            chosenCandidates?: components["schemas"]["LogprobsCandidate"][];
            logProbabilitySum?: number;
        };
        LogprobsCandidate: {
            token?: string;
            tokenId?: number;
            /** @description Natural logarithm of its probability. */
            logProbability?: number;
        };
        /**
         * @description Tokens. The prompt holds what came from a cache, but not what Google's own tools read; the candidates do not hold
         *     the thoughts.
         */
        UsageMetadata: {
            promptTokenCount?: number;
            cachedContentTokenCount?: number;
            candidatesTokenCount?: number;
            thoughtsTokenCount?: number;
            toolUsePromptTokenCount?: number;
            totalTokenCount?: number;
            promptTokensDetails?: components["schemas"]["ModalityTokenCounts"];
            cacheTokensDetails?: components["schemas"]["ModalityTokenCounts"];
            candidatesTokensDetails?: components["schemas"]["ModalityTokenCounts"];
            toolUsePromptTokensDetails?: components["schemas"]["ModalityTokenCounts"];
            trafficType?: string;
            serviceTier?: string;
        };
        ModalityTokenCounts: {
            /** @enum {unknown} */
            modality?: "MODALITY_UNSPECIFIED" | "TEXT" | "IMAGE" | "VIDEO" | "AUDIO" | "DOCUMENT";
            tokenCount?: number;
        }[];
        /** @description The contents alone, or a whole request whose instructions and tools count as well. */
        CountTokensRequest: {
            generateContentRequest: components["schemas"]["GenerateContentRequest"];
        } | components["schemas"]["GenerateContentRequest"];
        CountTokensResponse: {
            totalTokens: number;
            cachedContentTokenCount?: number;
            promptTokensDetails?: components["schemas"]["ModalityTokenCounts"];
            cacheTokensDetails?: components["schemas"]["ModalityTokenCounts"];
        };
        EmbedContentRequest: {
            /** @description The path says it as well, and counts. */
            model?: string;
            /** @description The text. Several parts are one text. */
            content: components["schemas"]["Content"];
            taskType?: components["schemas"]["TaskType"];
            /** @description A document's title. */
            title?: string;
            /** @description The length of the vector. */
            outputDimensionality?: number;
        };
        /**
         * @description What the vector is for.
         * @example RETRIEVAL_QUERY
         * @example RETRIEVAL_DOCUMENT
         */
        TaskType: string;
        BatchEmbedContentsRequest: {
            /** @description They have to agree in their kind and the length of their vectors. */
            requests: components["schemas"]["EmbedContentRequest"][];
        };
        ContentEmbedding: {
            values: number[];
        };
        EmbedContentResponse: {
            embedding: components["schemas"]["ContentEmbedding"];
            usageMetadata?: components["schemas"]["UsageMetadata"];
        };
        BatchEmbedContentsResponse: {
            embeddings: components["schemas"]["ContentEmbedding"][];
            usageMetadata?: components["schemas"]["UsageMetadata"];
        };
        ListModelsResponse: {
            models: components["schemas"]["Model"][];
            /** @description Absent on the last page. */
            nextPageToken?: string;
        };
        Model: {
            /** @description `models/` and what to ask for: an alias, or `provider/model`. */
            name: string;
            displayName?: string;
            supportedGenerationMethods?: string[];
            inputTokenLimit?: number;
            outputTokenLimit?: number;
        };
        ErrorAnswer: {
            error: components["schemas"]["Status"];
        };
        Status: {
            /** @description The HTTP status. */
            code: number;
            /** @description For people: what was wrong, where, and what to do. */
            message: string;
            /**
             * @description For programs: the kind of failure.
             * @example INVALID_ARGUMENT
             */
            status: string;
            /** @description What exactly failed (`ErrorInfo`), the field at fault (`BadRequest`), and when to try again (`RetryInfo`). */
            details?: {
                /** @example type.googleapis.com/google.rpc.ErrorInfo */
                "@type": string;
                /** @description An ErrorInfo's: the provider's own code, or Causeway's. */
                reason?: string;
                /** @description An ErrorInfo's: whose reason it is. */
                domain?: string;
                /** @description A BadRequest's. */
                fieldViolations?: {
                    field?: string;
                    description?: string;
                }[];
                /**
                 * @description A RetryInfo's, in seconds.
                 * @example 17.5s
                 */
                retryDelay?: string;
            }[];
        };
    };
    responses: {
        /** @description Nothing was answered. The error says what was wrong, where, and what to do. */
        Failed: {
            headers: {
                "x-request-id": components["headers"]["RequestId"];
                "causeway-request-id": components["headers"]["CausewayRequestId"];
                "causeway-target": components["headers"]["Target"];
                "causeway-attempts": components["headers"]["Attempts"];
                "causeway-dropped": components["headers"]["Dropped"];
                "retry-after": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorAnswer"];
            };
        };
    };
    parameters: {
        /**
         * @description An alias of the configuration, `provider/model`, or a bare model name that one provider is known to have. All
         *     between `/models/` and the last colon is the name, so that its slashes may stand as they are.
         */
        Model: string;
        /**
         * @description What the client calls the conversation that this is a turn of. Its turns stay where they were answered before,
         *     since there the provider's cache holds their beginning. Without it, its first messages say which one it is.
         */
        Session: string;
        /** @description With `true` the gateway refuses what the provider's language cannot say, instead of leaving it out. */
        Strict: "true" | "false";
        /** @description The client's own id of this request, of 1 to 128 visible ASCII characters. The log and the ledger keep it. */
        ClientRequestId: string;
    };
    requestBodies: {
        GenerateContent: {
            content: {
                "application/json": components["schemas"]["GenerateContentRequest"];
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
        /**
         * @description Fields of the request that the provider's language has no word for, and that were brought about in another way;
         *     percent-encoded. Absent when there are none.
         */
        Emulated: string;
        /** @description Seconds to wait before trying again, where that is known. */
        RetryAfter: number;
    };
    pathItems: never;
}
export type GenerateContentRequest = components['schemas']['GenerateContentRequest'];
export type Content = components['schemas']['Content'];
export type Part = components['schemas']['Part'];
export type Blob = components['schemas']['Blob'];
export type FileData = components['schemas']['FileData'];
export type PartMediaResolution = components['schemas']['PartMediaResolution'];
export type FunctionCall = components['schemas']['FunctionCall'];
export type FunctionResponse = components['schemas']['FunctionResponse'];
export type Tool = components['schemas']['Tool'];
export type FunctionDeclaration = components['schemas']['FunctionDeclaration'];
export type Schema = components['schemas']['Schema'];
export type Int64 = components['schemas']['Int64'];
export type ToolConfig = components['schemas']['ToolConfig'];
export type GenerationConfig = components['schemas']['GenerationConfig'];
export type ThinkingConfig = components['schemas']['ThinkingConfig'];
export type SafetySetting = components['schemas']['SafetySetting'];
export type GenerateContentResponse = components['schemas']['GenerateContentResponse'];
export type Candidate = components['schemas']['Candidate'];
export type AnswerContent = components['schemas']['AnswerContent'];
export type FinishReason = components['schemas']['FinishReason'];
export type SafetyRating = components['schemas']['SafetyRating'];
export type GroundingMetadata = components['schemas']['GroundingMetadata'];
export type LogprobsResult = components['schemas']['LogprobsResult'];
export type LogprobsCandidate = components['schemas']['LogprobsCandidate'];
export type UsageMetadata = components['schemas']['UsageMetadata'];
export type ModalityTokenCounts = components['schemas']['ModalityTokenCounts'];
export type CountTokensRequest = components['schemas']['CountTokensRequest'];
export type CountTokensResponse = components['schemas']['CountTokensResponse'];
export type EmbedContentRequest = components['schemas']['EmbedContentRequest'];
export type TaskType = components['schemas']['TaskType'];
export type BatchEmbedContentsRequest = components['schemas']['BatchEmbedContentsRequest'];
export type ContentEmbedding = components['schemas']['ContentEmbedding'];
export type EmbedContentResponse = components['schemas']['EmbedContentResponse'];
export type BatchEmbedContentsResponse = components['schemas']['BatchEmbedContentsResponse'];
export type ListModelsResponse = components['schemas']['ListModelsResponse'];
export type Model = components['schemas']['Model'];
export type ErrorAnswer = components['schemas']['ErrorAnswer'];
export type Status = components['schemas']['Status'];
export type ResponseFailed = components['responses']['Failed'];
export type ParameterModel = components['parameters']['Model'];
export type ParameterSession = components['parameters']['Session'];
export type ParameterStrict = components['parameters']['Strict'];
export type ParameterClientRequestId = components['parameters']['ClientRequestId'];
export type RequestBodyGenerateContent = components['requestBodies']['GenerateContent'];
export type HeaderRequestId = components['headers']['RequestId'];
export type HeaderCausewayRequestId = components['headers']['CausewayRequestId'];
export type HeaderAttempts = components['headers']['Attempts'];
export type HeaderTarget = components['headers']['Target'];
export type HeaderDropped = components['headers']['Dropped'];
export type HeaderEmulated = components['headers']['Emulated'];
export type HeaderRetryAfter = components['headers']['RetryAfter'];
export type $defs = Record<string, never>;
export interface operations {
    generateContent: {
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
            path: {
                /**
                 * @description An alias of the configuration, `provider/model`, or a bare model name that one provider is known to have. All
                 *     between `/models/` and the last colon is the name, so that its slashes may stand as they are.
                 */
                model: components["parameters"]["Model"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["GenerateContent"];
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    "causeway-request-id": components["headers"]["CausewayRequestId"];
                    "causeway-target": components["headers"]["Target"];
                    "causeway-attempts": components["headers"]["Attempts"];
                    "causeway-dropped": components["headers"]["Dropped"];
                    "causeway-emulated": components["headers"]["Emulated"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GenerateContentResponse"];
                };
            };
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    streamGenerateContent: {
        parameters: {
            query?: {
                /** @description How the stream is laid out. */
                alt?: "sse" | "json";
            };
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
            path: {
                /**
                 * @description An alias of the configuration, `provider/model`, or a bare model name that one provider is known to have. All
                 *     between `/models/` and the last colon is the name, so that its slashes may stand as they are.
                 */
                model: components["parameters"]["Model"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["GenerateContent"];
        responses: {
            /** @description The answer, as it comes. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    "causeway-request-id": components["headers"]["CausewayRequestId"];
                    "causeway-target": components["headers"]["Target"];
                    "causeway-attempts": components["headers"]["Attempts"];
                    "causeway-dropped": components["headers"]["Dropped"];
                    "causeway-emulated": components["headers"]["Emulated"];
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["GenerateContentResponse"];
                    "application/json": components["schemas"]["GenerateContentResponse"][];
                };
            };
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    countTokens: {
        parameters: {
            query?: never;
            header?: {
                /** @description The client's own id of this request, of 1 to 128 visible ASCII characters. The log and the ledger keep it. */
                "x-request-id"?: components["parameters"]["ClientRequestId"];
            };
            path: {
                /**
                 * @description An alias of the configuration, `provider/model`, or a bare model name that one provider is known to have. All
                 *     between `/models/` and the last colon is the name, so that its slashes may stand as they are.
                 */
                model: components["parameters"]["Model"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CountTokensRequest"];
            };
        };
        responses: {
            /** @description How many there are. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CountTokensResponse"];
                };
            };
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    embedContent: {
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
            path: {
                /**
                 * @description An alias of the configuration, `provider/model`, or a bare model name that one provider is known to have. All
                 *     between `/models/` and the last colon is the name, so that its slashes may stand as they are.
                 */
                model: components["parameters"]["Model"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmbedContentRequest"];
            };
        };
        responses: {
            /** @description The vector. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    "causeway-request-id": components["headers"]["CausewayRequestId"];
                    "causeway-target": components["headers"]["Target"];
                    "causeway-attempts": components["headers"]["Attempts"];
                    "causeway-dropped": components["headers"]["Dropped"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EmbedContentResponse"];
                };
            };
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    batchEmbedContents: {
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
            path: {
                /**
                 * @description An alias of the configuration, `provider/model`, or a bare model name that one provider is known to have. All
                 *     between `/models/` and the last colon is the name, so that its slashes may stand as they are.
                 */
                model: components["parameters"]["Model"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BatchEmbedContentsRequest"];
            };
        };
        responses: {
            /** @description The vectors, in the order of the texts. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    "causeway-request-id": components["headers"]["CausewayRequestId"];
                    "causeway-target": components["headers"]["Target"];
                    "causeway-attempts": components["headers"]["Attempts"];
                    "causeway-dropped": components["headers"]["Dropped"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchEmbedContentsResponse"];
                };
            };
            "4XX": components["responses"]["Failed"];
            "5XX": components["responses"]["Failed"];
        };
    };
    listModels: {
        parameters: {
            query?: {
                /** @description The most models of a page. */
                pageSize?: number;
                /** @description The `nextPageToken` of the page before. */
                pageToken?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of models. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListModelsResponse"];
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
                 * @description An alias of the configuration, `provider/model`, or a bare model name that one provider is known to have. All
                 *     between `/models/` and the last colon is the name, so that its slashes may stand as they are.
                 */
                model: components["parameters"]["Model"];
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
